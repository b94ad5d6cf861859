package io.github.certsweep.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.fake.FullDisk;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();

  private ReportWriter writer(Optional<Path> folder, String... formats) {
    return ReportWriter.of(List.of(formats), folder, false, new PrintWriter(out));
  }

  private static ReportFiles.Content named(OutputFormat format) {
    return report -> report.append(format.name()).append("\n");
  }

  @Test
  void withoutAFolderTheOneFormatGoesToTheOutput() throws IOException {
    ReportWriter writer = writer(Optional.empty(), "json");
    writer.prepare();
    writer.write(ReportWriterTest::named);
    assertThat(out).hasToString("JSON\n");
  }

  @Test
  void withAFolderTheTableIsShownAndAllOthersAreFilesThatAreNamed() throws IOException {
    Path made = folder.resolve("reports");
    ReportWriter writer = writer(Optional.of(made));
    writer.prepare();
    writer.write(ReportWriterTest::named);
    assertThat(out.toString().lines())
        .containsExactly(
            "TABLE",
            "Written: " + made.resolve("report.json"),
            "Written: " + made.resolve("report.csv"),
            "Written: " + made.resolve("report.html"),
            "Written: " + made.resolve("report.ocsf.json"));
    assertThat(made.resolve("report.json")).hasContent("JSON");
    assertThat(made.resolve("report.ocsf.json")).hasContent("OCSF");
  }

  @Test
  void aFileThatCanNotBeWrittenIsNotNamed() throws IOException {
    ReportWriter writer = writer(Optional.of(folder.resolve("gone")), "json");
    assertThatThrownBy(() -> writer.write(ReportWriterTest::named))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Give another --output.");
    assertThat(out.toString()).doesNotContain("Written");
  }

  @Test
  void anOutputThatTakesNothingIsAnError() {
    ReportWriter writer =
        ReportWriter.of(List.of("csv"), Optional.empty(), false, new PrintWriter(new FullDisk()));
    assertThatThrownBy(() -> writer.write(ReportWriterTest::named))
        .isInstanceOf(IOException.class)
        .hasMessage("The report could not be written to the standard output.");
  }
}
