package io.github.certsweep.audit;

import io.github.certsweep.input.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Writes a report in the formats that the caller wants, to the terminal and to a folder.
 *
 * @param folder where the files go; empty if the one format goes to {@code out}
 */
record ReportWriter(Set<OutputFormat> formats, Optional<Path> folder, PrintWriter out) {
  ReportWriter {
    formats = new LinkedHashSet<>(formats);
  }

  /**
   * Reads the options.
   *
   * @param names the formats; if empty, the table, and with a folder all
   * @throws InvalidInputException if a format is unknown, or there are more than one and no folder
   */
  static ReportWriter of(
      List<String> names, Optional<Path> folder, boolean isOrganization, PrintWriter out) {
    Set<OutputFormat> known = OutputFormat.of(isOrganization);
    Set<OutputFormat> wanted = new LinkedHashSet<>();
    for (String name : names) {
      wanted.add(
          known.stream()
              .filter(one -> one.name().equalsIgnoreCase(name.strip()))
              .findFirst()
              .orElseThrow(() ->
                  new InvalidInputException(
                      "--format is "
                          + InvalidInputException.quote(name)
                          + ". Give some of "
                          + OutputFormat.names(known)
                          + ".")));
    }
    if (wanted.isEmpty()) {
      wanted.addAll(folder.isPresent() ? known : Set.of(OutputFormat.TABLE));
    }
    if (folder.isEmpty() && wanted.size() > 1) {
      throw new InvalidInputException(
          "--format names " + wanted.size() + " formats. More than one needs --output.");
    }
    return new ReportWriter(wanted, folder, out);
  }

  /**
   * Makes the folder if it is missing.
   *
   * @throws IOException if it can't be written to
   */
  void prepare() throws IOException {
    if (folder.isPresent()) {
      new ReportFiles(folder.get()).prepare();
    }
  }

  /**
   * Writes the report.
   *
   * @param content writes it in a format
   * @throws IOException if it can't be written; then no file is changed
   */
  void write(Function<OutputFormat, ReportFiles.Content> content) throws IOException {
    Map<String, ReportFiles.Content> files = new LinkedHashMap<>();
    for (OutputFormat format : formats) {
      if (format.fileName().isEmpty() || folder.isEmpty()) {
        content.apply(format).writeTo(out);
      } else {
        files.put(format.fileName().get(), content.apply(format));
      }
    }
    if (folder.isPresent()) {
      new ReportFiles(folder.get()).write(files);
      files.keySet().forEach(name -> out.println("Written: " + folder.get().resolve(name)));
    }
    if (out.checkError()) {
      throw new IOException("The report could not be written to the standard output.");
    }
  }
}
