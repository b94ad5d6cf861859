package io.github.certsweep.audit.format;

import io.github.certsweep.audit.report.AuditReport;
import java.io.IOException;

/** A format that a report can be written in. */
public interface ReportFormat {
  /**
   * Writes the whole report.
   *
   * @param out takes the text; the caller encodes it in UTF-8
   * @throws IOException if {@code out} does
   */
  void write(AuditReport report, Appendable out) throws IOException;
}
