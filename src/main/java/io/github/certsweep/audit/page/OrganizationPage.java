package io.github.certsweep.audit.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import io.github.certsweep.audit.format.OrganizationFormat;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;

/** The report on an organization for people: one HTML file for all accounts. Thread-safe. */
public final class OrganizationPage implements OrganizationFormat {
  private final Function<OrganizationReport, String> sha256;
  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null,
          ContentType.Html,
          OrganizationPage.class.getClassLoader(),
          OrganizationPage.class.getPackageName());
  private final Style style = Style.load();

  /**
   * @param sha256 gives the digest of a report's data, hexadecimal: of the bytes that the JSON
   *     format writes for it
   */
  public OrganizationPage(Function<OrganizationReport, String> sha256) {
    this.sha256 = sha256;
  }

  @Override
  public void write(OrganizationReport report, Appendable out) throws IOException {
    OrganizationView view = OrganizationView.of(report, sha256.apply(report));
    StringBuilder page = new StringBuilder();
    templates.render(
        "organization.jte", Map.of("view", view, "style", style), new VisibleOutput(page));
    out.append(page);
  }
}
