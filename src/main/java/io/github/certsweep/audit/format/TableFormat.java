package io.github.certsweep.audit.format;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.usage.UncheckedPlace;
import java.io.IOException;
import java.util.List;

/**
 * What a person reads on a terminal.
 *
 * @param colors whether to use colors and bold type; words say the same
 * @param width of the terminal, in columns
 */
public record TableFormat(boolean colors, int width) implements ReportFormat {
  private static final int STATUS = 10;
  private static final int EXPIRES = 12;
  private static final int DAYS = 7;
  private static final int USERS = 9;
  private static final String INDENT = "    ";

  @Override
  public void write(AuditReport report, Appendable text) throws IOException {
    TerminalLines out = new TerminalLines(text, colors, width);
    heading(report, out);
    notSeen(report, out);
    if (!report.toDo().isEmpty()) {
      out.title("What to do, most urgent first");
      int number = 1;
      for (AuditedCertificate one : report.toDo()) {
        toDo(number++, one, out);
      }
    }
    if (!report.certificates().isEmpty()) {
      out.title("All certificates");
      table(report.certificates(), out);
    }
    warnings(report, out);
    if (report.comparison().isPresent()) {
      comparison(report.comparison().get(), out);
    }
  }

  private static void heading(AuditReport report, TerminalLines out) throws IOException {
    out.line(out.bold(report.verdict()));
    out.line(
        "Account "
            + report.account()
            + " ("
            + report.partition()
            + "), "
            + report.origin().at()
            + ", lead time "
            + report.parameters().days()
            + " days"
            + report
                .quota()
                .map(quota -> ". " + quota.used() + " of " + quota.limit() + " certificates used")
                .orElse("")
            + ".");
  }

  private static void notSeen(AuditReport report, TerminalLines out) throws IOException {
    if (!report.unchecked().isEmpty()) {
      out.title("Not checked");
      for (UncheckedPlace place : report.unchecked()) {
        out.wrapped("  ", place.region() + " " + place.service() + ": " + place.error());
      }
    }
    for (String limit : report.limits()) {
      out.wrapped("", limit);
    }
    for (String note : report.notes()) {
      out.wrapped("", note);
    }
  }

  private static void toDo(int number, AuditedCertificate one, TerminalLines out)
      throws IOException {
    out.line(
        number
            + ". "
            + out.bold(
                one.priority().action() + ": " + TerminalLines.clean(one.certificate().name()))
            + " ("
            + one.judged().description()
            + ")");
    out.wrapped(INDENT, one.priority().meaning());
    for (Remedy remedy : one.remedies()) {
      out.wrapped(INDENT, "Used by " + remedy.user().label() + ":");
      if (!remedy.replacements().isEmpty()) {
        out.wrapped(
            INDENT + "  ",
            "Replacement: "
                + remedy.replacements().getFirst().label()
                + " ("
                + remedy.replacements().getFirst().store()
                + ", valid until "
                + remedy.replacements().getFirst().expiration()
                + ", issuer: "
                + remedy.replacements().getFirst().issuer()
                + others(remedy.replacements().size() - 1)
                + ").");
      }
      out.wrapped(INDENT + "  ", remedy.note());
      for (String command : remedy.commands()) {
        // Never wrapped: it is to be pasted.
        out.line(INDENT + "  $ " + command);
      }
    }
    if (one.remedies().isEmpty()) {
      for (var user : one.users()) {
        out.wrapped(INDENT, "Used by " + user.label() + ".");
      }
    }
  }

  private static String others(int number) {
    return number == 0 ? "" : "; " + number + " more would do";
  }

  private static void table(List<AuditedCertificate> all, TerminalLines out) throws IOException {
    row(out, "STATUS", "EXPIRES", "DAYS", "USERS", "NAME");
    for (AuditedCertificate one : all) {
      row(
          out,
          one.status().name(),
          one.expiration().map(end -> end.toString().substring(0, 10)).orElse("unknown"),
          one.days().map(String::valueOf).orElse(""),
          one.usageSummary(),
          one.certificate().name());
    }
  }

  private static void row(
      TerminalLines out, String status, String expires, String days, String users, String name)
      throws IOException {
    out.line(
        colored(out, status, TerminalLines.pad(status, STATUS))
            + TerminalLines.pad(expires, EXPIRES)
            + " ".repeat(Math.max(0, DAYS - 2 - days.length()))
            + days
            + "  "
            + TerminalLines.pad(users, USERS)
            + TerminalLines.clean(name));
  }

  private static void warnings(AuditReport report, TerminalLines out) throws IOException {
    List<AuditedCertificate> warned =
        report.certificates().stream().filter(one -> !one.warnings().isEmpty()).toList();
    if (!warned.isEmpty()) {
      out.title("Warnings about keys and chains");
      for (AuditedCertificate one : warned) {
        for (var warning : one.warnings()) {
          out.wrapped("  ", one.certificate().name() + ": " + warning.text());
        }
      }
    }
  }

  private static void comparison(Comparison comparison, TerminalLines out) throws IOException {
    out.title("Since " + comparison.earlier());
    findings(out, "New", comparison.added());
    findings(out, "Gone", comparison.gone());
    findings(out, "Still there", comparison.still());
  }

  private static void findings(TerminalLines out, String what, List<Comparison.Finding> findings)
      throws IOException {
    out.line("  " + what + ": " + (findings.isEmpty() ? "none" : findings.size()));
    for (Comparison.Finding one : findings) {
      out.wrapped(
          INDENT, one.name() + " (" + one.id() + "), since " + one.since() + ": " + one.what());
    }
  }

  private static String colored(TerminalLines out, String status, String text) {
    return switch (status) {
      case "EXPIRED" -> out.red(text);
      case "EXPIRING", "UNKNOWN" -> out.yellow(text);
      default -> text;
    };
  }
}
