package io.github.certsweep.audit.page;

import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.usage.CertificateUsage;
import java.util.Locale;
import java.util.Optional;

/** Whether a certificate is in use. What is not known is a case of its own, never "not in use". */
enum Usage {
  IN_USE("in use"),
  UNKNOWN("usage unknown"),
  UNUSED("not in use");

  private final String words;

  Usage(String words) {
    this.words = words;
  }

  static Usage of(AuditedCertificate certificate) {
    Optional<CertificateUsage> usage = certificate.usage();
    if (usage.filter(CertificateUsage::inUse).isPresent()) {
      return IN_USE;
    }
    return usage.filter(CertificateUsage::isUnused).isPresent() ? UNUSED : UNKNOWN;
  }

  String words() {
    return words;
  }

  /** The words as a heading. */
  String title() {
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  /** The class in the style sheet. */
  String css() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
