package io.github.certsweep.certificate;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.OptionalLong;

/**
 * A certificate and whether it has expired at one moment.
 *
 * @param leadDays how many days before its expiration a certificate counts as expiring
 */
public record JudgedCertificate(ServerCertificate certificate, Instant judgedAt, int leadDays) {
  public static final Comparator<JudgedCertificate> WORST_FIRST =
      Comparator.comparing(JudgedCertificate::status)
          .thenComparing(one -> one.certificate.expiration().orElse(Instant.EPOCH))
          .thenComparing(one -> one.certificate.name());

  /** Whether it has expired, or expires within the lead time. */
  public ExpirationStatus status() {
    return ExpirationStatus.at(judgedAt, certificate.expiration(), Duration.ofDays(leadDays));
  }

  /** Whether to search for its users: it has expired or is about to. */
  public boolean isExpiredOrExpiring() {
    ExpirationStatus status = status();
    return status == ExpirationStatus.EXPIRED || status == ExpirationStatus.EXPIRING;
  }

  /** Whole days until the expiration; empty if it has expired or is unknown. */
  public OptionalLong daysLeft() {
    return switch (status()) {
      case VALID, EXPIRING -> OptionalLong.of(wholeDays());
      case EXPIRED, UNKNOWN -> OptionalLong.empty();
    };
  }

  /**
   * What a person reads now, without the full stop: {@code "Expired 2018-07-10T23:59:59Z, 3057 days
   * ago"}.
   */
  public String description() {
    return switch (status()) {
      case EXPIRED -> describedWith(", " + days("ago", "less than a day ago"));
      case EXPIRING -> describedWith(", in " + days("", "less than a day"));
      case VALID -> describedWith(", " + days("left", "less than a day left"));
      case UNKNOWN -> describedWith("");
    };
  }

  /**
   * The same without a count of days, which a day later would be wrong: {@code "Expired
   * 2018-07-10T23:59:59Z"}. It stays true for as long as the status does.
   */
  public String lastingDescription() {
    return describedWith("");
  }

  private String describedWith(String days) {
    return switch (status()) {
      case EXPIRED -> "Expired " + expiration() + days;
      case EXPIRING -> "Expires " + expiration() + days + "; limit " + plural(leadDays);
      case VALID -> "Valid until " + expiration() + days;
      case UNKNOWN ->
          "IAM gives no expiration for this certificate, so it can't be told whether it has expired";
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
