package io.github.certsweep.audit.format;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.input.Text;
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
  public void write(AuditReport report, Appendable out) throws IOException {
    heading(report, out);
    notSeen(report, out);
    if (!report.toDo().isEmpty()) {
      title("What to do, most urgent first", out);
      int number = 1;
      for (AuditedCertificate one : report.toDo()) {
        toDo(number++, one, out);
      }
    }
    if (!report.certificates().isEmpty()) {
      title("All certificates", out);
      table(report.certificates(), out);
    }
    warnings(report, out);
    if (report.comparison().isPresent()) {
      comparison(report.comparison().get(), out);
    }
  }

  private void heading(AuditReport report, Appendable out) throws IOException {
    line(out, bold(report.verdict()));
    line(
        out,
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

  private void notSeen(AuditReport report, Appendable out) throws IOException {
    if (!report.unchecked().isEmpty()) {
      title("Not checked", out);
      for (UncheckedPlace place : report.unchecked()) {
        wrapped(out, "  ", place.region() + " " + place.service() + ": " + place.error());
      }
    }
    for (String limit : report.limits()) {
      wrapped(out, "", limit);
    }
    for (String note : report.notes()) {
      wrapped(out, "", note);
    }
  }

  private void toDo(int number, AuditedCertificate one, Appendable out) throws IOException {
    line(
        out,
        number
            + ". "
            + bold(one.priority().action() + ": " + clean(one.certificate().name()))
            + " ("
            + one.judged().description()
            + ")");
    wrapped(out, INDENT, one.priority().meaning());
    for (Remedy remedy : one.remedies()) {
      wrapped(out, INDENT, "Used by " + remedy.user().label() + ":");
      if (!remedy.replacements().isEmpty()) {
        wrapped(
            out,
            INDENT + "  ",
            "Replacement: "
                + remedy.replacements().getFirst().label()
                + " ("
                + remedy.replacements().getFirst().store()
                + ", valid until "
                + remedy.replacements().getFirst().expiration()
                + others(remedy.replacements().size() - 1)
                + ").");
      }
      wrapped(out, INDENT + "  ", remedy.note());
      for (String command : remedy.commands()) {
        // Never wrapped: it is to be pasted.
        line(out, INDENT + "  $ " + command);
      }
    }
    if (one.remedies().isEmpty()) {
      for (var user : one.users()) {
        wrapped(out, INDENT, "Used by " + user.label() + ".");
      }
    }
  }

  private static String others(int number) {
    return number == 0 ? "" : "; " + number + " more would do";
  }

  private void table(List<AuditedCertificate> all, Appendable out) throws IOException {
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

  private void row(
      Appendable out, String status, String expires, String days, String users, String name)
      throws IOException {
    line(
        out,
        colored(status, pad(status, STATUS))
            + pad(expires, EXPIRES)
            + " ".repeat(Math.max(0, DAYS - 2 - days.length()))
            + days
            + "  "
            + pad(users, USERS)
            + clean(name));
  }

  private void warnings(AuditReport report, Appendable out) throws IOException {
    List<AuditedCertificate> warned =
        report.certificates().stream().filter(one -> !one.warnings().isEmpty()).toList();
    if (!warned.isEmpty()) {
      title("Warnings about keys and chains", out);
      for (AuditedCertificate one : warned) {
        for (var warning : one.warnings()) {
          wrapped(out, "  ", one.certificate().name() + ": " + warning.text());
        }
      }
    }
  }

  private void comparison(Comparison comparison, Appendable out) throws IOException {
    title("Since " + comparison.earlier(), out);
    findings(out, "New", comparison.added());
    findings(out, "Gone", comparison.gone());
    findings(out, "Still there", comparison.still());
  }

  private void findings(Appendable out, String what, List<Comparison.Finding> findings)
      throws IOException {
    line(out, "  " + what + ": " + (findings.isEmpty() ? "none" : findings.size()));
    for (Comparison.Finding one : findings) {
      wrapped(
          out,
          INDENT,
          one.name() + " (" + one.id() + "), since " + one.since() + ": " + one.what());
    }
  }

  private void title(String text, Appendable out) throws IOException {
    line(out, "");
    line(out, bold(text));
  }

  private String bold(String text) {
    return colors ? "\u001b[1m" + clean(text) + "\u001b[0m" : clean(text);
  }

  private String colored(String status, String text) {
    if (!colors) {
      return text;
    }
    return switch (status) {
      case "EXPIRED" -> "\u001b[31m" + text + "\u001b[0m";
      case "EXPIRING", "UNKNOWN" -> "\u001b[33m" + text + "\u001b[0m";
      default -> text;
    };
  }

  private static String pad(String text, int columns) {
    return text + " ".repeat(Math.max(1, columns - text.length()));
  }

  /** On as many lines as the terminal needs, broken between words, all indented alike. */
  private void wrapped(Appendable out, String indent, String text) throws IOException {
    int room = Math.max(20, width - indent.length());
    StringBuilder line = new StringBuilder();
    for (String word : clean(text).split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > room) {
        line(out, indent + line);
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    line(out, indent + line);
  }

  /** Names come from other people: none may move the cursor or forge a line. */
  private static String clean(String text) {
    return Text.oneLine(text);
  }

  private static void line(Appendable out, String text) throws IOException {
    out.append(text.stripTrailing()).append('\n');
  }
}
