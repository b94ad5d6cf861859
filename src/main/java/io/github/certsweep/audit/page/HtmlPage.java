package io.github.certsweep.audit.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import io.github.certsweep.audit.format.ReportFormat;
import io.github.certsweep.audit.report.AuditReport;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;

/** The report for people: one HTML file. Thread-safe. */
public final class HtmlPage implements ReportFormat {
  private final Function<AuditReport, String> sha256;
  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, HtmlPage.class.getClassLoader(), HtmlPage.class.getPackageName());
  private final Style style = Style.load();

  /**
   * @param sha256 gives the digest of a report's data, hexadecimal: of the bytes that the JSON
   *     format writes for it
   */
  public HtmlPage(Function<AuditReport, String> sha256) {
    this.sha256 = sha256;
  }

  @Override
  public void write(AuditReport report, Appendable out) throws IOException {
    Map<String, Object> parameters =
        Map.of("view", ReportView.of(report, sha256.apply(report)), "style", style);
    StringBuilder page = new StringBuilder();
    templates.render("page.jte", parameters, new VisibleOutput(page));
    out.append(page);
  }
}
