package io.github.certsweep.audit.format;

import io.github.certsweep.audit.organization.report.OrganizationReport;
import java.io.IOException;

/** A format that a report on an organization can be written in. */
public interface OrganizationFormat {
  /**
   * Writes the whole report, one account at a time.
   *
   * @param out takes the text; the caller encodes it in UTF-8
   * @throws IOException if {@code out} does
   */
  void write(OrganizationReport report, Appendable out) throws IOException;
}
