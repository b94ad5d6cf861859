package io.github.certsweep.audit.format;

import static io.github.certsweep.audit.format.ReadBack.written;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.fake.AnyReport;
import io.github.certsweep.fake.ExampleReport;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Writes reports into target/audit-examples, for the checks that other programs' schemas and
 * parsers make: checks/test_audit_formats.py.
 */
class ExamplesTest {
  private static final Path FOLDER = Path.of("target/audit-examples");

  @BeforeAll
  static void removeThoseOfAnEarlierBuild() throws IOException {
    Files.createDirectories(FOLDER);
    try (Stream<Path> old = Files.list(FOLDER)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void oneCertificateOfEachKind() throws IOException {
    write("full", ExampleReport.full());
    assertThat(FOLDER.resolve("full.json")).content(UTF_8).contains("\"=www\"");
  }

  @Test
  void anAccountWithoutCertificates() throws IOException {
    write("empty", ExampleReport.of());
    assertThat(FOLDER.resolve("empty.ocsf.json")).content(UTF_8).contains("\"COMPLETE\"");
  }

  @Test
  void anyReports() {
    AtomicInteger number = new AtomicInteger();
    qt().withExamples(40)
        .forAll(AnyReport.report())
        .checkAssert(report -> {
          String name = "any-" + number.incrementAndGet();
          try {
            write(name, report);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          assertThat(FOLDER.resolve(name + ".csv")).exists();
        });
  }

  private static void write(String name, AuditReport report) throws IOException {
    for (Example one :
        List.of(
            new Example(".json", new JsonFormat()),
            new Example(".csv", new CsvFormat()),
            new Example(".ocsf.json", new OcsfFormat()))) {
      // It refuses what UTF-8 can't carry.
      try (Writer file = Files.newBufferedWriter(FOLDER.resolve(name + one.ending))) {
        file.write(written(one.format, report));
      }
    }
  }

  private record Example(String ending, ReportFormat format) {}
}
