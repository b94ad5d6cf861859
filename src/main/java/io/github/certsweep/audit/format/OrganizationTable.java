package io.github.certsweep.audit.format;

import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.CertificateResult;
import io.github.certsweep.audit.organization.report.Compliance;
import io.github.certsweep.audit.organization.report.Membership;
import io.github.certsweep.audit.organization.report.MissingAccount;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.organization.report.UncheckedPart;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a person reads of an organization on a terminal.
 *
 * @param colors whether to use colors and bold type; words say the same
 * @param width of the terminal, in columns
 */
public record OrganizationTable(boolean colors, int width) implements OrganizationFormat {
  private static final int ACCOUNT = 14;
  private static final int REGION = 16;
  private static final int COMPLIANCE = 19;
  private static final int FLAGGED = 9;
  private static final int AGE = 23;
  private static final String INDENT = "    ";

  @Override
  public void write(OrganizationReport report, Appendable out) throws IOException {
    TerminalLines lines = new TerminalLines(out, colors, width);
    heading(report, lines);
    notSeen(report, lines);
    List<AccountResults> flagged = report.flagged();
    if (!flagged.isEmpty()) {
      lines.title("Flagged accounts, worst first");
      for (AccountResults one : flagged) {
        flagged(one, report.origin().at(), lines);
      }
    }
    if (!report.missing().isEmpty()) {
      missing(report.missing(), lines);
    }
    if (!report.accounts().isEmpty()) {
      lines.title("All accounts with results");
      table(report, lines);
    }
  }

  private static void heading(OrganizationReport report, TerminalLines lines) throws IOException {
    lines.line(lines.bold(report.verdict()));
    lines.wrapped(
        "",
        "Aggregator "
            + report.parameters().aggregator()
            + " in "
            + report.parameters().region()
            + ", rule "
            + report.parameters().rule()
            + ", "
            + report.origin().at()
            + ". Accounts with results: "
            + number(report.judgedAccounts())
            + (report.expected().isPresent()
                ? " (expected: " + number(report.expected().getAsInt()) + ")."
                : "."));
  }

  private static void notSeen(OrganizationReport report, TerminalLines lines) throws IOException {
    if (!report.unchecked().isEmpty()) {
      lines.title("Not checked");
      for (UncheckedPart part : report.unchecked()) {
        lines.wrapped("  ", part.what() + ": " + part.error());
      }
    }
    for (String note : report.notes()) {
      lines.wrapped("", note);
    }
  }

  private static void flagged(AccountResults one, Instant at, TerminalLines lines)
      throws IOException {
    lines.line(
        lines.bold(one.account() + named(one.name()))
            + ", "
            + one.region()
            + ", results from: "
            + age(one, at)
            + outside(one.membership()));
    if (one.details().error().isPresent()) {
      lines.wrapped(INDENT, one.details().error().get().error());
    }
    for (CertificateResult result : one.details().results()) {
      if (result.isFlagged()) {
        lines.line(INDENT + lines.red(result.action()) + ": " + TerminalLines.clean(result.id()));
        lines.wrapped(INDENT + "  ", result.annotation().orElse("(no annotation)"));
      }
    }
  }

  private static void missing(List<MissingAccount> all, TerminalLines lines) throws IOException {
    lines.title("Missing or out of date");
    Optional<MissingAccount.Reason> last = Optional.empty();
    for (MissingAccount one : all) {
      if (!last.equals(Optional.of(one.reason()))) {
        last = Optional.of(one.reason());
        lines.wrapped("  ", one.reason().meaning());
      }
      lines.wrapped(
          INDENT,
          one.account()
              + named(one.name())
              + one.region().map(region -> ", " + region).orElse("")
              + outside(one.membership())
              + (one.detail().isEmpty() ? "" : ". " + one.detail()));
    }
  }

  private static void table(OrganizationReport report, TerminalLines lines) throws IOException {
    lines.line(row("ACCOUNT", "REGION", "COMPLIANCE", "FLAGGED", "RESULTS FROM") + "NAME");
    for (AccountResults one : report.accounts()) {
      String row =
          row(
              one.account(),
              one.region(),
              one.compliance().name(),
              one.isFlagged() ? flaggedCount(one) : "",
              age(one, report.origin().at()));
      lines.line(
          colored(one.compliance(), row, lines) + TerminalLines.clean(one.name().orElse("")));
    }
  }

  private static String age(AccountResults one, Instant at) {
    return one.details().age(at) + (one.outOfDate() ? ", out of date" : "");
  }

  private static String flaggedCount(AccountResults one) {
    return one.flagged().isPresent() ? number(one.flagged().getAsInt()) : "unknown";
  }

  private static String row(
      String account, String region, String compliance, String flagged, String age) {
    return TerminalLines.pad(account, ACCOUNT)
        + TerminalLines.pad(region, REGION)
        + TerminalLines.pad(compliance, COMPLIANCE)
        + TerminalLines.pad(flagged, FLAGGED)
        + TerminalLines.pad(age, AGE);
  }

  private static String colored(Compliance compliance, String text, TerminalLines lines) {
    return switch (compliance) {
      case COMPLIANT -> text;
      case NON_COMPLIANT -> lines.red(text);
      case UNKNOWN, INSUFFICIENT_DATA, NOT_APPLICABLE -> lines.yellow(text);
    };
  }

  private static String named(Optional<String> name) {
    return name.map(text -> " " + TerminalLines.clean(text)).orElse("");
  }

  private static String outside(Membership membership) {
    return switch (membership) {
      case ACTIVE, UNKNOWN -> "";
      case INACTIVE -> ", not an active account";
      case NOT_LISTED -> ", not in the organization";
    };
  }

  private static String number(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
