package io.github.certsweep.audit.format;

import com.google.gson.JsonElement;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import java.io.IOException;

/**
 * Compliance Findings of OCSF 1.5.0, for Security Lake and other collectors: a JSON array with one
 * finding on each line. An array, and not lines alone: one that was cut off on its way is not JSON,
 * while lines that were cut off look like a report on fewer certificates.
 *
 * <p>The first finding is on the search itself, so that what was not checked comes first, and an
 * account without certificates is not an empty file. Then comes one for each certificate.
 *
 * @see <a href="https://schema.ocsf.io/1.5.0/classes/compliance_finding">OCSF's definition</a>
 */
public final class OcsfFormat implements ReportFormat {
  @Override
  public void write(AuditReport report, Appendable out) throws IOException {
    OcsfFindings findings = OcsfFindings.of(report);
    out.append("[\n");
    JsonFormat.writeLine(findings.ofTheSearch(), out);
    for (AuditedCertificate certificate : report.certificates()) {
      JsonElement finding = findings.of(certificate);
      out.append(",\n");
      JsonFormat.writeLine(finding, out);
    }
    out.append("\n]\n");
  }
}
