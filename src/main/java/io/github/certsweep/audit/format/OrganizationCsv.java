package io.github.certsweep.audit.format;

import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.CertificateResult;
import io.github.certsweep.audit.organization.report.MissingAccount;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.organization.report.UncheckedPart;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * A table by RFC 4180. The column {@code record} tells the rows apart: what was not checked, who is
 * missing, the accounts, and under each account its single results.
 */
public final class OrganizationCsv implements OrganizationFormat {
  /** The columns, in their order. They have the names of the members of the JSON format. */
  public static final List<String> COLUMNS =
      List.of(
          "record",
          "account",
          "name",
          "membership",
          "region",
          "compliance",
          "outOfDate",
          "flagged",
          "details",
          "newest",
          "reason",
          "type",
          "id",
          "priority",
          "action",
          "annotation",
          "orderedAt",
          "code",
          "aggregator",
          "rule",
          "at");

  @Override
  public void write(OrganizationReport report, Appendable out) throws IOException {
    Table table = new Table(CSVFormat.RFC4180.print(out), report);
    table.printer.printRecord(COLUMNS);
    for (UncheckedPart part : report.unchecked()) {
      table.print(
          table
              .row("not-checked")
              .with("code", part.code())
              .with("reason", part.what() + ": " + part.error()));
    }
    for (MissingAccount one : report.missing()) {
      table.print(missing(one, table));
    }
    for (AccountResults one : report.accounts()) {
      table.print(account(one, table));
      for (CertificateResult result : one.details().results()) {
        table.print(result(result, one, table));
      }
    }
  }

  private static CsvRow missing(MissingAccount one, Table table) {
    String detail = one.detail().isEmpty() ? "" : " " + one.detail();
    return table
        .row("missing")
        .with("account", one.account())
        .with("name", one.name())
        .with("membership", one.membership())
        .with("region", one.region())
        .with("code", one.reason())
        .with("reason", one.reason().meaning() + detail);
  }

  private static CsvRow account(AccountResults one, Table table) {
    CsvRow row =
        table
            .row("account")
            .with("account", one.account())
            .with("name", one.name())
            .with("membership", one.membership())
            .with("region", one.region())
            .with("compliance", one.compliance())
            .with("outOfDate", one.outOfDate())
            .with("details", one.details().state())
            .with("newest", one.details().newest())
            .with("code", one.details().error().map(UncheckedPart::code))
            .with("reason", one.details().error().map(UncheckedPart::error));
    one.flagged().ifPresent(number -> row.withNumber("flagged", Optional.of(number)));
    return row;
  }

  private static CsvRow result(CertificateResult result, AccountResults one, Table table) {
    return table
        .row("result")
        .with("account", one.account())
        .with("name", one.name())
        .with("membership", one.membership())
        .with("region", one.region())
        .with("compliance", result.compliance())
        .with("type", result.type())
        .with("id", result.id())
        .with("priority", result.priority())
        .with("action", result.action())
        .with("annotation", result.annotation())
        .with("orderedAt", result.orderedAt());
  }

  /** Prints rows that all name the report they belong to. */
  private record Table(CSVPrinter printer, OrganizationReport report) {
    CsvRow row(String record) {
      return new CsvRow()
          .with("record", record)
          .with("aggregator", report.parameters().aggregator())
          .with("rule", report.parameters().rule())
          .with("at", report.origin().at());
    }

    void print(CsvRow row) throws IOException {
      row.printTo(printer, COLUMNS);
    }
  }
}
