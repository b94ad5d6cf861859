package io.github.certsweep.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFilesTest {
  @TempDir Path folder;

  private static void names(Path folder, String... expected) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(expected);
    }
  }

  @Test
  void aMissingFolderIsMade() throws IOException {
    Path missing = folder.resolve("a/b");
    ReportFiles files = new ReportFiles(missing);
    files.prepare();
    files.write(Map.of("report.json", out -> out.append("{}")));
    assertThat(missing.resolve("report.json")).hasContent("{}");
    names(missing, "report.json");
  }

  @Test
  void anEarlierReportIsReplaced() throws IOException {
    Files.writeString(folder.resolve("report.json"), "old");
    new ReportFiles(folder).write(Map.of("report.json", out -> out.append("new")));
    assertThat(folder.resolve("report.json")).hasContent("new");
  }

  @Test
  void ifOneFailsAllEarlierOnesStay() throws IOException {
    Files.writeString(folder.resolve("report.json"), "old");
    Map<String, ReportFiles.Content> contents = new LinkedHashMap<>();
    contents.put("report.json", out -> out.append("new"));
    contents.put(
        "report.csv",
        out -> {
          throw new IOException("No space left on device");
        });
    assertThatThrownBy(() -> new ReportFiles(folder).write(contents))
        .hasMessage(
            "The report can't be written to "
                + folder
                + ": No space left on device. Give another --output.");
    assertThat(folder.resolve("report.json")).hasContent("old");
    names(folder, "report.json");
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.createFile(folder.resolve("report"));
    assertThatThrownBy(() -> new ReportFiles(file).prepare())
        .hasMessageContaining("It is a file, not a folder. Give another --output.");
  }

  @Test
  void preparingLeavesNothing() throws IOException {
    new ReportFiles(folder).prepare();
    names(folder);
  }
}
