package io.github.certsweep.audit.format;

import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.usage.CertificateUsage;

/** Whether something uses a certificate. A word for each case: none of them reads as "no". */
enum UsageStatus {
  IN_USE,
  /** Every place was searched that the caller did not except, and nothing uses it. */
  UNUSED,
  /** Nothing was searched, or nothing was found but not every place could be searched. */
  UNKNOWN;

  static UsageStatus of(AuditedCertificate certificate) {
    if (!certificate.users().isEmpty()) {
      return IN_USE;
    }
    return certificate.usage().filter(CertificateUsage::isUnused).isPresent() ? UNUSED : UNKNOWN;
  }
}
