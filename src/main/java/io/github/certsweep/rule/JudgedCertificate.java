package io.github.certsweep.rule;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.ServerCertificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.OptionalLong;
import software.amazon.awssdk.services.config.model.ComplianceType;

/**
 * A certificate and what the rule says of it at one moment.
 *
 * @param status by the rule's lead time
 * @param daysToExpiration the rule's lead time, in days
 */
record JudgedCertificate(
    ServerCertificate certificate,
    ExpirationStatus status,
    Instant judgedAt,
    int daysToExpiration) {
  /** Worst first: what is sent first is recorded even if time runs out. */
  static final Comparator<JudgedCertificate> WORST_FIRST =
      Comparator.comparing(JudgedCertificate::status)
          .thenComparing(judged -> judged.certificate().expiration().orElse(Instant.EPOCH))
          .thenComparing(judged -> judged.certificate().name());

  static JudgedCertificate at(
      Instant now, ServerCertificate certificate, RuleParameters parameters) {
    return new JudgedCertificate(
        certificate,
        ExpirationStatus.at(now, certificate.expiration(), parameters.leadTime()),
        now,
        parameters.daysToExpiration());
  }

  Evaluation evaluation() {
    return new Evaluation(
        Resource.certificate(certificate.name()),
        status == ExpirationStatus.VALID ? ComplianceType.COMPLIANT : ComplianceType.NON_COMPLIANT,
        annotation());
  }

  /** Whole days until the expiration; empty if it has expired or is unknown. */
  OptionalLong daysLeft() {
    return switch (status) {
      case VALID, EXPIRING -> OptionalLong.of(wholeDays());
      case EXPIRED, UNKNOWN -> OptionalLong.empty();
    };
  }

  private String annotation() {
    String id = " (id " + certificate.id() + ").";
    return switch (status) {
      case EXPIRED -> "Expired " + expiration() + ", " + days("ago", "less than a day ago") + id;
      case EXPIRING ->
          "Expires "
              + expiration()
              + ", in "
              + days("", "less than a day")
              + "; limit "
              + plural(daysToExpiration)
              + id;
      case VALID ->
          "Valid until " + expiration() + ", " + days("left", "less than a day left") + id;
      case UNKNOWN ->
          "IAM gives no expiration for this certificate, so it can't be told whether it has expired"
              + id;
    };
  }

  private Instant expiration() {
    return certificate.expiration().orElseThrow();
  }

  private long wholeDays() {
    return Duration.between(judgedAt, expiration()).abs().toDays();
  }

  private String days(String suffix, String lessThanOne) {
    long days = wholeDays();
    return days == 0 ? lessThanOne : (plural(days) + " " + suffix).stripTrailing();
  }

  private static String plural(long days) {
    return days == 1 ? "1 day" : days + " days";
  }
}
