package io.github.certsweep.audit.format;

import static java.util.stream.Collectors.joining;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * A table by RFC 4180 with one row for each certificate. Above them stands a row for each place
 * that could not be checked, each of those that the caller allows, and each thing that the caller
 * chose not to look at. The column {@code record} tells the rows apart.
 */
public final class CsvFormat implements ReportFormat {
  /** The columns, in their order. They have the names of the members of the JSON format. */
  public static final List<String> COLUMNS =
      List.of(
          "record",
          "status",
          "priority",
          "action",
          "name",
          "expiration",
          "days",
          "usageStatus",
          "users",
          "usage",
          "deletable",
          "reason",
          "id",
          "arn",
          "path",
          "uploaded",
          "flaggedSince",
          "names",
          "subject",
          "issuer",
          "serial",
          "notBefore",
          "key",
          "signature",
          "fingerprint",
          "warnings",
          "replacements",
          "service",
          "region",
          "code",
          "account",
          "at");

  @Override
  public void write(AuditReport report, Appendable out) throws IOException {
    CSVPrinter table = CSVFormat.RFC4180.print(out);
    table.printRecord(COLUMNS);
    for (UncheckedPlace place : report.unchecked()) {
      print(table, place("not-checked", report, place));
    }
    for (UncheckedPlace place : ReportJson.forgiven(report)) {
      print(table, place("forgiven", report, place));
    }
    for (String limit : report.limits()) {
      print(table, row("not-asked", report).with("reason", limit));
    }
    FlaggedSince since = FlaggedSince.in(report);
    for (AuditedCertificate certificate : report.certificates()) {
      print(table, certificate(report, certificate, since));
    }
  }

  private static void print(CSVPrinter table, CsvRow row) throws IOException {
    row.printTo(table, COLUMNS);
  }

  private static CsvRow row(String record, AuditReport report) {
    return new CsvRow()
        .with("record", record)
        .with("account", report.account())
        .with("at", report.origin().at());
  }

  private static CsvRow place(String record, AuditReport report, UncheckedPlace place) {
    return row(record, report)
        .with("service", place.service())
        .with("region", place.region())
        .with("code", place.code())
        .with("reason", place.error());
  }

  private static CsvRow certificate(
      AuditReport report, AuditedCertificate one, FlaggedSince since) {
    ServerCertificate certificate = one.certificate();
    UsageStatus usage = UsageStatus.of(one);
    CsvRow row =
        row("certificate", report)
            .with("status", one.status())
            .with("priority", one.priority())
            .with("action", one.priority().action())
            .with("name", certificate.name())
            .with("expiration", one.expiration())
            .withNumber("days", one.days())
            .with("usageStatus", usage)
            // None is a number only if it is known.
            .withNumber(
                "users",
                Optional.of(one.users().size()).filter(some -> usage != UsageStatus.UNKNOWN))
            .with("usage", joined(one.users(), CertificateUser::label))
            .with("deletable", one.deletable())
            .with("reason", one.reason())
            .with("id", certificate.id())
            .with("arn", certificate.arn())
            .with("path", certificate.path())
            .with("uploaded", certificate.uploaded())
            .with("flaggedSince", since.of(one))
            .with("warnings", joined(one.warnings(), each -> each.code() + ": " + each.text()))
            .with("replacements", joined(one.replacements(), Replacement::arn));
    one.details().ifPresent(details -> addDetails(row, details));
    return row;
  }

  private static void addDetails(CsvRow row, CertificateDetails details) {
    row.with("names", joined(details.names(), Function.identity()))
        .with("subject", details.subject())
        .with("issuer", details.issuer())
        .with("serial", details.serial())
        .with("notBefore", details.notBefore())
        .with("key", details.key())
        .with("signature", details.signature())
        .with("fingerprint", details.fingerprint());
  }

  private static <T> String joined(Collection<T> all, Function<T, String> text) {
    return all.stream().map(text).collect(joining("; "));
  }
}
