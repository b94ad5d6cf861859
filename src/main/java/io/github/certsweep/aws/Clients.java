package io.github.certsweep.aws;

import java.security.Security;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.xml.stream.XMLInputFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.securityhub.SecurityHubClient;

/**
 * Builds the SDK's clients for all functions and for the audit. The SDK finds the endpoints of each
 * region and partition; the standard {@code AWS_ENDPOINT_URL} overrides them. Thread-safe.
 */
public final class Clients {
  /**
   * In a busy account throttling lasts longer than the SDK's usual three attempts. With its backoff
   * these five take up to about 15 seconds.
   */
  private static final int ATTEMPTS = 5;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);

  /** How long the JVM caches an address. The search for users asks again after a longer pause. */
  private static final Duration ADDRESS_IS_CACHED = Duration.ofSeconds(5);

  private static final BackoffStrategy THROTTLED =
      BackoffStrategy.exponentialDelay(Duration.ofSeconds(1), Duration.ofSeconds(20));

  private final Region region;
  private final SdkHttpClient http;
  private final Optional<AwsCredentialsProvider> credentials;
  private final ScheduledExecutorService timers = timers();

  Clients(Region region, SdkHttpClient http) {
    this(region, http, Optional.empty());
  }

  private Clients(Region region, SdkHttpClient http, Optional<AwsCredentialsProvider> credentials) {
    this.region = region;
    this.http = http;
    this.credentials = credentials;
  }

  /**
   * Clients for the region that Lambda runs the function in.
   *
   * @throws IllegalStateException if {@code AWS_REGION} is not set; Lambda always sets it
   */
  public static Clients ofLambda() {
    String region = System.getenv("AWS_REGION");
    if (region == null || region.isBlank()) {
      throw new IllegalStateException(
          "AWS_REGION is not set: run this in AWS Lambda, or set it to the function's region.");
    }
    return new Clients(Region.of(region), http(), Optional.empty());
  }

  /** Clients for a person or a script, whose credentials they use. */
  public static Clients of(Region region, AwsCredentialsProvider credentials) {
    return new Clients(region, http(), Optional.of(credentials));
  }

  private static SdkHttpClient http() {
    // Otherwise the JDK repeats a POST that got no answer. Only the SDK decides what to repeat.
    System.setProperty("sun.net.http.retryPost", "false");
    // How many connections to a host are kept. With the JDK's default of five, most calls of a
    // search would open a new one.
    if (System.getProperty("http.maxConnections") == null) {
      System.setProperty("http.maxConnections", "16");
    }
    // Otherwise the SDK looks for another XML parser in all jars, for each answer.
    System.setProperty(
        "javax.xml.stream.XMLInputFactory",
        XMLInputFactory.newDefaultFactory().getClass().getName());
    // Otherwise the JVM caches addresses for 30 s, and a later look-up would show an old answer.
    Security.setProperty("networkaddress.cache.ttl", String.valueOf(ADDRESS_IS_CACHED.toSeconds()));
    return UrlConnectionHttpClient.builder()
        .connectionTimeout(CONNECT_TIMEOUT)
        .socketTimeout(ATTEMPT_TIMEOUT)
        .build();
  }

  /** The region that the function or the command runs in. */
  public Region region() {
    return region;
  }

  /** IAM is global: the SDK maps the function's own region to the one endpoint of its partition. */
  public IamClient iam() {
    return build(IamClient.builder(), region, AwsRetryStrategy.standardRetryStrategy());
  }

  /**
   * IAM for a deletion, which is repeated only if it was throttled. If an answer got lost, a second
   * attempt would find the certificate gone and not know who deleted it.
   */
  public IamClient iamForDeletion() {
    RetryStrategy onlyThrottled =
        StandardRetryStrategy.builder()
            .useClientDefaults(false) // otherwise the client adds its default retries
            .backoffStrategy(THROTTLED)
            .throttlingBackoffStrategy(THROTTLED)
            .retryOnException(
                failure -> failure instanceof SdkException e && RetryUtils.isThrottlingException(e))
            .build();
    return build(IamClient.builder(), region, onlyThrottled);
  }

  public ConfigClient config() {
    return build(ConfigClient.builder(), region, AwsRetryStrategy.standardRetryStrategy());
  }

  /** Security Hub in the region of the function. Loads the SDK's module: call it only if needed. */
  public SecurityHubClient securityHub() {
    return build(SecurityHubClient.builder(), region, AwsRetryStrategy.standardRetryStrategy());
  }

  /**
   * A client that makes many calls at once. If one is throttled, its adaptive retries slow down all
   * of them.
   */
  public <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C forSearch(
      B builder, Region searched) {
    return build(builder, searched, AwsRetryStrategy.adaptiveRetryStrategy());
  }

  private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C build(
      B builder, Region target, RetryStrategy retries) {
    credentials.ifPresent(builder::credentialsProvider);
    return builder
        .region(target)
        .httpClient(http)
        .overrideConfiguration(configuration ->
            configuration
                .scheduledExecutorService(timers)
                .retryStrategy(retries.toBuilder().maxAttempts(ATTEMPTS).build())
                .apiCallAttemptTimeout(ATTEMPT_TIMEOUT))
        .build();
  }

  /**
   * One thread for the timeouts of all clients. Otherwise each client starts threads of its own,
   * and a search builds three clients in each region.
   */
  private static ScheduledExecutorService timers() {
    ScheduledThreadPoolExecutor timers =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("timeouts").factory());
    timers.setRemoveOnCancelPolicy(true);
    return timers;
  }
}
