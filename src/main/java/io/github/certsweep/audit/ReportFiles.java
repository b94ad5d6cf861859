package io.github.certsweep.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes reports to a folder: all of them whole, or none. */
final class ReportFiles {
  private final Path folder;

  ReportFiles(Path folder) {
    this.folder = folder;
  }

  /** Writes one report. */
  @FunctionalInterface
  interface Content {
    void writeTo(Appendable out) throws IOException;
  }

  /**
   * Makes the folder if it is missing. Called before the search, so that nobody waits for a report
   * that can't be kept.
   *
   * @throws IOException if the folder can't be made or written to; the message says why
   */
  void prepare() throws IOException {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".certsweep", ".tmp"));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * Writes the files under temporary names, then renames them. If the process is interrupted,
   * earlier reports stay as they are.
   *
   * @throws IOException if a file can't be written; the message says why
   */
  void write(Map<String, Content> files) throws IOException {
    Map<Path, Path> written = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Content> file : files.entrySet()) {
        Path temporary = Files.createTempFile(folder, ".certsweep", ".tmp");
        temporary.toFile().deleteOnExit();
        written.put(temporary, folder.resolve(file.getKey()));
        try (Writer out = new BufferedWriter(Files.newBufferedWriter(temporary, UTF_8))) {
          file.getValue().writeTo(out);
        }
      }
      for (Map.Entry<Path, Path> file : written.entrySet()) {
        Files.move(
            file.getKey(),
            file.getValue(),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw failure(e);
    } finally {
      for (Path temporary : written.keySet()) {
        Files.deleteIfExists(temporary);
      }
    }
  }

  private IOException failure(IOException cause) {
    String why =
        switch (cause) {
          case AccessDeniedException denied -> "You may not write there.";
          case FileAlreadyExistsException file -> "It is a file, not a folder.";
          default -> cause.getMessage() + ".";
        };
    return new IOException(
        "The report can't be written to " + folder + ": " + why + " Give another --output.", cause);
  }
}
