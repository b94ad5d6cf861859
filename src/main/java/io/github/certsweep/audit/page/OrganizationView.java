package io.github.certsweep.audit.page;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.CertificateResult;
import io.github.certsweep.audit.organization.report.Membership;
import io.github.certsweep.audit.organization.report.MissingAccount;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.page.ReportView.Figure;
import io.github.certsweep.audit.report.Priority;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A report on an organization, arranged for the page.
 *
 * @param sha256 of the report's data, hexadecimal
 * @param missing who is missing, by the reason
 */
record OrganizationView(
    OrganizationReport report,
    String sha256,
    Severity severity,
    List<Figure> figures,
    List<AccountResults> flagged,
    Map<MissingAccount.Reason, List<MissingAccount>> missing) {

  static OrganizationView of(OrganizationReport report, String sha256) {
    return new OrganizationView(
        report,
        sha256,
        severity(report),
        figures(report),
        report.flagged(),
        report.missing().stream()
            .collect(groupingBy(MissingAccount::reason, TreeMap::new, toList())));
  }

  private static Severity severity(OrganizationReport report) {
    if (report.count(Priority.EXPIRED_IN_USE) > 0) {
      return Severity.CRITICAL;
    }
    if (!report.complete()) {
      return Severity.UNKNOWN;
    }
    return report.flagged().stream().findFirst().map(OrganizationView::of).orElse(Severity.FINE);
  }

  private static List<Figure> figures(OrganizationReport report) {
    int live = report.count(Priority.EXPIRED_IN_USE);
    int missing = report.missingAccounts();
    return List.of(
        new Figure(
            Optional.of(live > 0 ? Severity.CRITICAL : Severity.FINE),
            live,
            "expired and in use",
            "Replace now"),
        new Figure(
            Optional.of(report.flaggedAccounts() > 0 ? Severity.WARNING : Severity.FINE),
            report.flaggedAccounts(),
            "accounts flagged",
            Wording.count(report.flaggedCertificates(), "certificate") + " at least"),
        new Figure(
            Optional.of(
                missing > 0 || report.expected().isEmpty() ? Severity.UNKNOWN : Severity.FINE),
            missing,
            "missing or out of date",
            report.expected().isPresent() ? "Too little is known of them" : "More may be missing"),
        new Figure(
            Optional.empty(),
            report.judgedAccounts(),
            "accounts with results",
            report.expected().isPresent()
                ? "Expected: " + Wording.number(report.expected().getAsInt())
                : "Not known how many to expect"));
  }

  /** That of the worst certificate. What could not be read is not fine. */
  static Severity of(AccountResults account) {
    return switch (account.compliance()) {
      case COMPLIANT -> account.outOfDate() ? Severity.UNKNOWN : Severity.FINE;
      case NON_COMPLIANT ->
          account.details().results().stream()
              .filter(CertificateResult::isFlagged)
              .map(OrganizationView::of)
              .min(Comparator.naturalOrder())
              .orElse(Severity.UNKNOWN);
      case UNKNOWN, INSUFFICIENT_DATA, NOT_APPLICABLE -> Severity.UNKNOWN;
    };
  }

  static Severity of(CertificateResult result) {
    return result.priority().map(Severity::of).orElse(Severity.UNKNOWN);
  }

  /** What a flagged result says, for example {@code "Expired, in use"}. */
  static String state(CertificateResult result) {
    return result
        .priority()
        .map(priority ->
            switch (priority) {
              case EXPIRED_IN_USE -> "Expired, in use";
              case EXPIRED_USAGE_UNKNOWN -> "Expired, usage unknown";
              case EXPIRATION_UNKNOWN -> "Expiration unknown";
              case EXPIRING_IN_USE -> "Expiring, in use";
              case EXPIRING_USAGE_UNKNOWN -> "Expiring, usage unknown";
              case EXPIRED_EXCEPTED -> "Expired, may have an exception";
              case EXPIRED_UNUSED -> "Expired, not in use";
              case EXPIRING_UNUSED -> "Expiring, not in use";
              case VALID_UNUSED, VALID -> "Valid";
            })
        .orElse("Flagged");
  }

  /** What AWS Config says of an account, in words. */
  static String state(AccountResults account) {
    return compliance(account) + (account.outOfDate() ? ", out of date" : "");
  }

  private static String compliance(AccountResults account) {
    return switch (account.compliance()) {
      case COMPLIANT -> "Nothing flagged";
      case NON_COMPLIANT ->
          account.flagged().isPresent()
              ? Wording.number(account.flagged().getAsInt()) + " flagged"
              : "Flagged";
      case INSUFFICIENT_DATA -> "No data";
      case NOT_APPLICABLE -> "Not applicable";
      case UNKNOWN -> "Unknown";
    };
  }

  /** A remark on an account that is not an active one of the organization; else empty. */
  static String remark(Membership membership) {
    return switch (membership) {
      case ACTIVE, UNKNOWN -> "";
      case INACTIVE -> "not an active account";
      case NOT_LISTED -> "not in the organization";
    };
  }
}
