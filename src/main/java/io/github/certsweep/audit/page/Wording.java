package io.github.certsweep.audit.page;

import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.usage.CertificateUsage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times, numbers and states in words. All times are in UTC. */
final class Wording {
  /** Longer sentences name the first places only; the list of all has a section of its own. */
  private static final int USAGE_LENGTH = 200;

  private static final DateTimeFormatter TIME = formatter("yyyy-MM-dd HH:mm:ss 'UTC'");
  private static final DateTimeFormatter DATE = formatter("yyyy-MM-dd");

  private Wording() {}

  private static DateTimeFormatter formatter(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  static String date(Instant instant) {
    return DATE.format(instant);
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** For example {@code "1 place"} or {@code "1,000 places"}. */
  static String count(long number, String noun) {
    return number(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** When it expires, counted from the audit: {@code "137 days ago"} or {@code "in 12 days"}. */
  static String days(AuditedCertificate certificate) {
    boolean past = certificate.status() == ExpirationStatus.EXPIRED;
    return certificate
        .days()
        .map(days -> days == 0 ? "less than a day" : count(Math.abs(days), "day"))
        .map(days -> past ? days + " ago" : "in " + days)
        .orElse("not known");
  }

  /** Status and usage, for example {@code "Expired, in use"}. */
  static String state(AuditedCertificate certificate) {
    return switch (certificate.status()) {
          case EXPIRED -> "Expired";
          case EXPIRING -> "Expiring";
          case UNKNOWN -> "Expiration unknown";
          case VALID -> "Valid";
        }
        + ", "
        + Usage.of(certificate).words();
  }

  /** What to say where no user is named. That none was found does not mean that there is none. */
  static String withoutUsers(AuditedCertificate certificate) {
    return certificate
        .usage()
        .map(usage -> usage.sentence(USAGE_LENGTH))
        .orElse("Not known: nothing was searched for users.");
  }

  /** A warning where users are named, but not every place could be searched; else empty. */
  static String moreUsers(AuditedCertificate certificate) {
    boolean more = certificate.usage().filter(Wording::mayHaveMore).isPresent();
    return more ? "There may be more: not every place could be checked." : "";
  }

  private static boolean mayHaveMore(CertificateUsage usage) {
    return usage.inUse() && !usage.unchecked().isEmpty();
  }
}
