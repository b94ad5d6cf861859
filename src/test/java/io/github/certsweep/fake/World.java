package io.github.certsweep.fake;

import io.github.certsweep.rule.RuleEvent;
import io.github.certsweep.rule.RuleParameters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.config.model.ConfigException;
import software.amazon.awssdk.services.config.model.InvalidResultTokenException;
import software.amazon.awssdk.services.config.model.NoSuchConfigRuleException;
import software.amazon.awssdk.services.config.model.NoSuchConfigurationAggregatorException;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

/** The values that most tests share: one moment, one rule, and certificates around that moment. */
public final class World {
  public static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  public static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  public static final Instant TRIGGERED = NOW.minusSeconds(5);
  public static final String TOKEN = "a-secret-token";
  public static final String RULE = "iam-server-certificate-expiration";
  public static final String ACCOUNT = "123456789012";

  private World() {}

  public static RuleEvent event() {
    return event(RuleParameters.DEFAULTS);
  }

  public static RuleEvent event(RuleParameters parameters) {
    return event(parameters, TRIGGERED);
  }

  public static RuleEvent event(RuleParameters parameters, Instant createdAt) {
    return new RuleEvent(RULE, ACCOUNT, createdAt, parameters, TOKEN);
  }

  public static ServerCertificateMetadata expired(String name) {
    return certificate(name, NOW.minus(Duration.ofDays(10)));
  }

  public static ServerCertificateMetadata valid(String name) {
    return certificate(name, NOW.plus(Duration.ofDays(100)));
  }

  /** A certificate with the id {@code "ASCA-" + name}. */
  public static ServerCertificateMetadata certificate(String name, Instant expiration) {
    return ServerCertificateMetadata.builder()
        .serverCertificateName(name)
        .serverCertificateId("ASCA-" + name)
        .arn("arn:aws:iam::123456789012:server-certificate/" + name)
        .path("/")
        .uploadDate(NOW.minus(Duration.ofDays(300)))
        .expiration(expiration)
        .build();
  }

  public static RuntimeException iamError(int status, String code, String message) {
    return IamException.builder()
        .statusCode(status)
        .awsErrorDetails(details(code, message))
        .build();
  }

  public static RuntimeException configError(int status, String code, String message) {
    return configError(code).statusCode(status).awsErrorDetails(details(code, message)).build();
  }

  /** As the SDK does: an exception of its own type if AWS's model has the code. */
  private static AwsServiceException.Builder configError(String code) {
    return switch (code) {
      case "InvalidResultTokenException" -> InvalidResultTokenException.builder();
      case "NoSuchConfigRuleException" -> NoSuchConfigRuleException.builder();
      case "NoSuchConfigurationAggregatorException" ->
          NoSuchConfigurationAggregatorException.builder();
      default -> ConfigException.builder();
    };
  }

  private static AwsErrorDetails details(String code, String message) {
    return AwsErrorDetails.builder().errorCode(code).errorMessage(message).build();
  }
}
