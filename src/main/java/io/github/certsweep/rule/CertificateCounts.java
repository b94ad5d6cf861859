package io.github.certsweep.rule;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.verdict.Verdict;
import io.github.certsweep.verdict.Verdicts;
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
 * @param unknown those for which IAM gave no expiration
 * @param daysToNextExpiration whole days until the next unexpired certificate expires; empty if
 *     there is none
 * @param usage what was found about their users; empty if the rule does not look for them
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
   * What was found about their users.
   *
   * @param expiredInUse how many certificates have expired and are in use
   * @param checksFailed how many places could not be searched
   * @param notes what else the operator should know: forgiven failures, references to nothing
   */
  public record Usage(int expiredInUse, int checksFailed, List<String> notes) {
    public Usage {
      notes = List.copyOf(notes);
    }
  }

  static CertificateCounts of(Verdicts verdicts) {
    Map<ExpirationStatus, Integer> counts = new EnumMap<>(ExpirationStatus.class);
    OptionalLong next = OptionalLong.empty();
    int expiredInUse = 0;
    for (Verdict verdict : verdicts.all()) {
      JudgedCertificate judged = verdict.judged().orElseThrow();
      counts.merge(judged.status(), 1, Integer::sum);
      OptionalLong left = judged.daysLeft();
      if (left.isPresent() && (next.isEmpty() || left.getAsLong() < next.getAsLong())) {
        next = left;
      }
      if (judged.status() == ExpirationStatus.EXPIRED
          && verdict.usage().filter(CertificateUsage::inUse).isPresent()) {
        expiredInUse++;
      }
    }
    int inUse = expiredInUse;
    return new CertificateCounts(
        verdicts.all().size(),
        counts.getOrDefault(ExpirationStatus.VALID, 0),
        counts.getOrDefault(ExpirationStatus.EXPIRING, 0),
        counts.getOrDefault(ExpirationStatus.EXPIRED, 0),
        counts.getOrDefault(ExpirationStatus.UNKNOWN, 0),
        next,
        verdicts.usage().map(report -> new Usage(inUse, report.failedChecks(), report.allNotes())));
  }

  /** Those that are NON_COMPLIANT. */
  public int nonCompliant() {
    return total - valid;
  }
}
