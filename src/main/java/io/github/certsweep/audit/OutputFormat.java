package io.github.certsweep.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import io.github.certsweep.audit.format.CsvFormat;
import io.github.certsweep.audit.format.JsonFormat;
import io.github.certsweep.audit.format.OcsfFormat;
import io.github.certsweep.audit.format.ReportFormat;
import io.github.certsweep.audit.format.TableFormat;
import io.github.certsweep.audit.page.HtmlPage;
import io.github.certsweep.audit.report.AuditReport;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** The formats by the names that a caller gives them. */
enum OutputFormat {
  TABLE("") {
    @Override
    ReportFormat writer(Terminal terminal) {
      return new TableFormat(terminal.colors(), terminal.width());
    }
  },
  JSON("report.json") {
    @Override
    ReportFormat writer(Terminal terminal) {
      return new JsonFormat();
    }
  },
  CSV("report.csv") {
    @Override
    ReportFormat writer(Terminal terminal) {
      return new CsvFormat();
    }
  },
  HTML("report.html") {
    @Override
    ReportFormat writer(Terminal terminal) {
      return new HtmlPage(OutputFormat::sha256OfJson);
    }
  },
  OCSF("report.ocsf.json") {
    @Override
    ReportFormat writer(Terminal terminal) {
      return new OcsfFormat();
    }
  };

  private final String fileName;

  OutputFormat(String fileName) {
    this.fileName = fileName;
  }

  /** The digest of report.json, so that a page tells whether it belongs to that file. */
  private static String sha256OfJson(AuditReport report) {
    StringBuilder json = new StringBuilder();
    try {
      JSON.writer(Terminal.NONE).write(report, json);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(json.toString().getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("Memory can be written, and every Java has SHA-256.", e);
    }
  }

  static Optional<OutputFormat> named(String name) {
    return Arrays.stream(values())
        .filter(one -> one.name().equalsIgnoreCase(name.strip()))
        .findFirst();
  }

  /** For an error, for example {@code "table, json"}. */
  static String names() {
    return Arrays.stream(values())
        .map(one -> one.name().toLowerCase(Locale.ROOT))
        .collect(joining(", "));
  }

  /** The file in the output folder; empty if it is for the terminal alone. */
  Optional<String> fileName() {
    return Optional.of(fileName).filter(name -> !name.isEmpty());
  }

  abstract ReportFormat writer(Terminal terminal);
}
