package io.github.certsweep.findings;

import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.verdict.Verdict;
import java.util.Optional;

/**
 * How urgent a finding is, by what it means for those who use the certificate. Ordered as Security
 * Hub does, least urgent first. docs/security-hub.md has the reason of each.
 */
enum Severity {
  /** The certificate is COMPLIANT: there is nothing to do. */
  INFORMATIONAL,
  LOW,
  MEDIUM,
  HIGH,
  CRITICAL;

  /** A certificate that expires within so many days may expire before somebody is back at work. */
  private static final int SOON_DAYS = 7;

  /** The severity of the finding on a certificate that IAM has. */
  static Severity of(Verdict verdict) {
    JudgedCertificate judged = verdict.judged().orElseThrow();
    Optional<CertificateUsage> usage = verdict.usage();
    boolean isUnused = usage.filter(CertificateUsage::isUnused).isPresent();
    if (verdict.exemption().isInForce() && judged.isExpiredOrExpiring()) {
      return LOW;
    }
    return switch (judged.status()) {
      case VALID -> INFORMATIONAL;
      case UNKNOWN -> MEDIUM;
      case EXPIRING -> isUnused ? LOW : judged.daysLeft().orElseThrow() < SOON_DAYS ? HIGH : MEDIUM;
      case EXPIRED ->
          isUnused ? LOW : usage.filter(CertificateUsage::inUse).isPresent() ? CRITICAL : HIGH;
    };
  }
}
