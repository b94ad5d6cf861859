package io.github.certsweep.rule;

import io.github.certsweep.certificate.ExpirationStatus;
import java.util.List;
import java.util.OptionalLong;

/**
 * The certificates of one run in numbers.
 *
 * @param total all of them
 * @param valid those that are COMPLIANT
 * @param unknown those that IAM gave no expiration for
 * @param daysToNextExpiration whole days until the next of those that have not expired does; empty
 *     if there is none
 */
public record CertificateCounts(
    int total,
    int valid,
    int expiring,
    int expired,
    int unknown,
    OptionalLong daysToNextExpiration) {
  static CertificateCounts of(List<JudgedCertificate> certificates) {
    return new CertificateCounts(
        certificates.size(),
        count(certificates, ExpirationStatus.VALID),
        count(certificates, ExpirationStatus.EXPIRING),
        count(certificates, ExpirationStatus.EXPIRED),
        count(certificates, ExpirationStatus.UNKNOWN),
        certificates.stream().flatMapToLong(judged -> judged.daysLeft().stream()).min());
  }

  /** Those that are NON_COMPLIANT. */
  public int nonCompliant() {
    return total - valid;
  }

  private static int count(List<JudgedCertificate> certificates, ExpirationStatus status) {
    return Math.toIntExact(
        certificates.stream().filter(judged -> judged.status() == status).count());
  }
}
