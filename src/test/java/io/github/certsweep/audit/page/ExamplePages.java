package io.github.certsweep.audit.page;

import io.github.certsweep.audit.report.AuditReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes the page of each example into a folder, for the tests with a browser. Java runs it from
 * its source, beside the jar of the audit command: {@code java -cp target/certsweep-audit.jar
 * ExamplePages.java FOLDER}.
 */
public final class ExamplePages {
  private ExamplePages() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    HtmlPage page = new HtmlPage(report -> "0123456789abcdef".repeat(4));
    for (Map.Entry<String, AuditReport> example : ExampleReports.all().entrySet()) {
      StringBuilder text = new StringBuilder();
      page.write(example.getValue(), text);
      Files.writeString(folder.resolve(example.getKey() + ".html"), text);
    }
  }
}
