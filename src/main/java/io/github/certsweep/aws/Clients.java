package io.github.certsweep.aws;

import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * The SDK's clients as every function builds them. Endpoints follow from the region by the SDK's
 * rules, so that each partition's are found; the standard {@code AWS_ENDPOINT_URL} overrides them.
 * Thread-safe.
 */
public final class Clients {
  /**
   * Throttling in a busy account outlasts the SDK's usual three. With its backoff these take up to
   * about 15 seconds.
   */
  private static final int ATTEMPTS = 5;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);

  private final Region region;
  private final SdkHttpClient http;

  Clients(Region region, SdkHttpClient http) {
    this.region = region;
    this.http = http;
  }

  /**
   * Clients for the region that Lambda runs the function in.
   *
   * @throws IllegalStateException if {@code AWS_REGION} is not set, which Lambda always does
   */
  public static Clients ofLambda() {
    String region = System.getenv("AWS_REGION");
    if (region == null || region.isBlank()) {
      throw new IllegalStateException(
          "AWS_REGION is not set: run this in AWS Lambda, or set it to the function's region.");
    }
    SdkHttpClient http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(CONNECT_TIMEOUT)
            .socketTimeout(ATTEMPT_TIMEOUT)
            .build();
    return new Clients(Region.of(region), http);
  }

  /** IAM is global: the SDK maps the function's own region to the one endpoint of its partition. */
  public IamClient iam() {
    return build(IamClient.builder());
  }

  public ConfigClient config() {
    return build(ConfigClient.builder());
  }

  private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C build(B builder) {
    return builder
        .region(region)
        .httpClient(http)
        .overrideConfiguration(configuration ->
            configuration
                .retryStrategy(
                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(ATTEMPTS)
                        .build())
                .apiCallAttemptTimeout(ATTEMPT_TIMEOUT))
        .build();
  }
}
