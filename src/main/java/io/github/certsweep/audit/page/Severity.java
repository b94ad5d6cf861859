package io.github.certsweep.audit.page;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.Priority;
import java.util.List;
import java.util.Locale;

/** How the page marks a priority: each with a colour and an icon of its own, beside the word. */
enum Severity {
  CRITICAL,
  UNKNOWN,
  WARNING,
  TIDY,
  FINE;

  static Severity of(Priority priority) {
    return switch (priority) {
      case EXPIRED_IN_USE -> CRITICAL;
      case EXPIRED_USAGE_UNKNOWN, EXPIRATION_UNKNOWN -> UNKNOWN;
      case EXPIRING_IN_USE, EXPIRING_USAGE_UNKNOWN -> WARNING;
      case EXPIRED_EXCEPTED, EXPIRED_UNUSED, EXPIRING_UNUSED, VALID_UNUSED -> TIDY;
      case VALID -> FINE;
    };
  }

  /** Of the whole report: that of the most urgent thing to do. What is not known is not fine. */
  static Severity of(AuditReport report) {
    Severity worst =
        List.of(Priority.values()).stream()
            .filter(one -> one.isActionNeeded() && report.count(one) > 0)
            .findFirst()
            .map(Severity::of)
            .orElse(FINE);
    return report.complete() || worst == CRITICAL ? worst : UNKNOWN;
  }

  /** The class in the style sheet, and the name of the icon. */
  String css() {
    return name().toLowerCase(Locale.ROOT);
  }
}
