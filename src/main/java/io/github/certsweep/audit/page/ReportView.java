package io.github.certsweep.audit.page;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.certificate.ExpirationStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A report, arranged for the page.
 *
 * @param sha256 of the report's data, hexadecimal
 */
record ReportView(
    AuditReport report,
    String sha256,
    Severity severity,
    NotChecked notChecked,
    List<Figure> figures,
    Timeline timeline,
    List<ToDo> toDo) {

  /**
   * One of the numbers at the top.
   *
   * @param severity empty if the number is neither good nor bad
   * @param label what it counts
   * @param detail what more to know of it
   */
  record Figure(Optional<Severity> severity, long number, String label, String detail) {}

  static ReportView of(AuditReport report, String sha256) {
    return new ReportView(
        report,
        sha256,
        Severity.of(report),
        NotChecked.of(report.unchecked()),
        figures(report),
        Timeline.of(report),
        ToDo.of(report.toDo()));
  }

  private static List<Figure> figures(AuditReport report) {
    long live = report.count(Priority.EXPIRED_IN_USE);
    long unknown = report.count(Priority.EXPIRED_USAGE_UNKNOWN);
    long unused = report.count(Priority.EXPIRED_UNUSED) + report.count(Priority.EXPIRED_EXCEPTED);
    long expiring = report.count(ExpirationStatus.EXPIRING);
    return List.of(
        new Figure(worse(live, Severity.CRITICAL), live, "expired and in use", "Replace now"),
        new Figure(
            worse(unknown + unused, unknown > 0 ? Severity.UNKNOWN : Severity.TIDY),
            unknown + unused,
            "expired otherwise",
            Wording.number(unused)
                + " not in use, "
                + Wording.number(unknown)
                + " with usage unknown"),
        new Figure(
            worse(expiring, Severity.WARNING),
            expiring,
            "about to expire",
            "Within "
                + Wording.count(report.parameters().days(), "day")
                + "; "
                + Wording.number(report.count(Priority.EXPIRING_IN_USE))
                + " in use"),
        new Figure(
            Optional.empty(), report.certificates().size(), "certificates in all", inAll(report)));
  }

  private static Optional<Severity> worse(long number, Severity severity) {
    return Optional.of(number > 0 ? severity : Severity.FINE);
  }

  private static String inAll(AuditReport report) {
    List<String> parts = new ArrayList<>();
    parts.add(Wording.number(report.count(ExpirationStatus.VALID)) + " valid");
    long unknown = report.count(ExpirationStatus.UNKNOWN);
    if (unknown > 0) {
      parts.add(Wording.number(unknown) + " with expiration unknown");
    }
    report.quota().ifPresent(quota -> parts.add("quota " + Wording.number(quota.limit())));
    return String.join("; ", parts);
  }
}
