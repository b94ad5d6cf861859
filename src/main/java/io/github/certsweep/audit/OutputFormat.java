package io.github.certsweep.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import io.github.certsweep.audit.ReportFiles.Content;
import io.github.certsweep.audit.format.CsvFormat;
import io.github.certsweep.audit.format.JsonFormat;
import io.github.certsweep.audit.format.OcsfFormat;
import io.github.certsweep.audit.format.OrganizationCsv;
import io.github.certsweep.audit.format.OrganizationJson;
import io.github.certsweep.audit.format.OrganizationTable;
import io.github.certsweep.audit.format.TableFormat;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.page.HtmlPage;
import io.github.certsweep.audit.page.OrganizationPage;
import io.github.certsweep.audit.report.AuditReport;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The formats by the names that a caller gives them. */
enum OutputFormat {
  TABLE(""),
  JSON("report.json"),
  CSV("report.csv"),
  HTML("report.html"),
  OCSF("report.ocsf.json");

  private final String fileName;

  OutputFormat(String fileName) {
    this.fileName = fileName;
  }

  /** The formats of a report on an organization, or of one on an account. */
  static Set<OutputFormat> of(boolean isOrganization) {
    // An OCSF finding is about a resource. Of the accounts' certificates only results are known.
    return isOrganization
        ? EnumSet.complementOf(EnumSet.of(OCSF))
        : EnumSet.allOf(OutputFormat.class);
  }

  /** For an error, for example {@code "table, json"}. */
  static String names(Collection<OutputFormat> formats) {
    return formats.stream().map(one -> one.name().toLowerCase(Locale.ROOT)).collect(joining(", "));
  }

  /** The file in the output folder; empty if it is for the terminal alone. */
  Optional<String> fileName() {
    return Optional.of(fileName).filter(name -> !name.isEmpty());
  }

  Content content(AuditReport report, Terminal terminal) {
    return switch (this) {
      case TABLE -> out -> new TableFormat(terminal.colors(), terminal.width()).write(report, out);
      case JSON -> out -> new JsonFormat().write(report, out);
      case CSV -> out -> new CsvFormat().write(report, out);
      case OCSF -> out -> new OcsfFormat().write(report, out);
      case HTML ->
          out -> new HtmlPage(one -> sha256(JSON.content(one, terminal))).write(report, out);
    };
  }

  Content content(OrganizationReport report, Terminal terminal) {
    return switch (this) {
      case TABLE ->
          out -> new OrganizationTable(terminal.colors(), terminal.width()).write(report, out);
      case JSON -> out -> new OrganizationJson().write(report, out);
      case CSV -> out -> new OrganizationCsv().write(report, out);
      case HTML ->
          out ->
              new OrganizationPage(one -> sha256(JSON.content(one, terminal))).write(report, out);
      case OCSF -> throw new IllegalArgumentException("An organization has no OCSF findings.");
    };
  }

  /** The digest of report.json, so that a page tells whether it belongs to that file. */
  private static String sha256(Content json) {
    StringBuilder text = new StringBuilder();
    try {
      json.writeTo(text);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("Memory can be written, and every Java has SHA-256.", e);
    }
  }
}
