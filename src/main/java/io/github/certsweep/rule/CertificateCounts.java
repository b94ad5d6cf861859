package io.github.certsweep.rule;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.usage.UsageReport;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The certificates of one run in numbers.
 *
 * @param total all of them
 * @param valid those that are COMPLIANT
 * @param unknown those that IAM gave no expiration for
 * @param daysToNextExpiration whole days until the next of those that have not expired does; empty
 *     if there is none
 * @param usage what was found of their users; empty if the rule does not look it up
 */
public record CertificateCounts(
    int total,
    int valid,
    int expiring,
    int expired,
    int unknown,
    OptionalLong daysToNextExpiration,
    Optional<Usage> usage) {

  /**
   * What was found of their users.
   *
   * @param expiredInUse how many certificates have expired and are in use
   * @param checksFailed how many places could not be looked at
   */
  public record Usage(int expiredInUse, int checksFailed) {}

  static CertificateCounts of(List<JudgedCertificate> certificates, Optional<UsageReport> report) {
    Map<ExpirationStatus, Integer> counts = new EnumMap<>(ExpirationStatus.class);
    OptionalLong next = OptionalLong.empty();
    for (JudgedCertificate judged : certificates) {
      counts.merge(judged.status(), 1, Integer::sum);
      OptionalLong left = judged.daysLeft();
      if (left.isPresent() && (next.isEmpty() || left.getAsLong() < next.getAsLong())) {
        next = left;
      }
    }
    return new CertificateCounts(
        certificates.size(),
        counts.getOrDefault(ExpirationStatus.VALID, 0),
        counts.getOrDefault(ExpirationStatus.EXPIRING, 0),
        counts.getOrDefault(ExpirationStatus.EXPIRED, 0),
        counts.getOrDefault(ExpirationStatus.UNKNOWN, 0),
        next,
        report.map(found -> new Usage(expiredInUse(certificates, found), found.failedChecks())));
  }

  private static int expiredInUse(List<JudgedCertificate> certificates, UsageReport report) {
    int count = 0;
    for (JudgedCertificate judged : certificates) {
      if (judged.status() == ExpirationStatus.EXPIRED && report.of(judged.certificate()).inUse()) {
        count++;
      }
    }
    return count;
  }

  /** Those that are NON_COMPLIANT. */
  public int nonCompliant() {
    return total - valid;
  }
}
