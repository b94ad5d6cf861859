package io.github.certsweep.rule;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.exemption.Exemption;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.verdict.Verdicts;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The certificates of one run in numbers.
 *
 * @param total all of them
 * @param valid those that are COMPLIANT
 * @param unknown those that IAM gave no expiration for
 * @param daysToNextExpiration whole days until the next certificate expires; empty if none is left
 *     to expire
 * @param usage who uses the certificates; empty if the rule does not check usage
 * @param exceptions how many exceptions there are; empty if exceptions are off
 */
public record CertificateCounts(
    int total,
    int valid,
    int expiring,
    int expired,
    int unknown,
    OptionalLong daysToNextExpiration,
    Optional<Usage> usage,
    Optional<Exceptions> exceptions) {

  /**
   * Who uses the certificates.
   *
   * @param expiredInUse how many certificates have expired and are in use, without those that an
   *     exception covers
   * @param checksFailed how many places could not be searched
   * @param notes what else the operator should know, such as forgiven failures
   */
  public record Usage(int expiredInUse, int checksFailed, List<String> notes) {
    public Usage {
      notes = List.copyOf(notes);
    }
  }

  /**
   * The exceptions of the certificates that have expired or are about to.
   *
   * @param inForce how many certificates have one that holds
   * @param unread of how many certificates it is not known
   */
  public record Exceptions(int inForce, int unread) {
    static Exceptions of(Verdicts verdicts) {
      return new Exceptions(
          count(verdicts, Exemption.InForce.class), count(verdicts, Exemption.Unread.class));
    }

    private static int count(Verdicts verdicts, Class<? extends Exemption> kind) {
      return Math.toIntExact(
          verdicts.all().stream().filter(verdict -> kind.isInstance(verdict.exemption())).count());
    }
  }

  static CertificateCounts of(Verdicts verdicts) {
    List<JudgedCertificate> judged =
        verdicts.all().stream().map(verdict -> verdict.judged().orElseThrow()).toList();
    return new CertificateCounts(
        judged.size(),
        count(judged, ExpirationStatus.VALID),
        count(judged, ExpirationStatus.EXPIRING),
        count(judged, ExpirationStatus.EXPIRED),
        count(judged, ExpirationStatus.UNKNOWN),
        judged.stream().flatMapToLong(one -> one.daysLeft().stream()).min(),
        verdicts
            .usage()
            .map(report ->
                new Usage(expiredInUse(verdicts), report.failedChecks(), report.allNotes())),
        verdicts.withExceptions() ? Optional.of(Exceptions.of(verdicts)) : Optional.empty());
  }

  private static int count(List<JudgedCertificate> judged, ExpirationStatus status) {
    return Math.toIntExact(judged.stream().filter(one -> one.status() == status).count());
  }

  private static int expiredInUse(Verdicts verdicts) {
    return Math.toIntExact(
        verdicts.all().stream()
            .filter(verdict -> verdict.judged().orElseThrow().status() == ExpirationStatus.EXPIRED)
            .filter(verdict -> !verdict.exemption().isInForce())
            .filter(verdict -> verdict.usage().filter(CertificateUsage::inUse).isPresent())
            .count());
  }

  /** Those that are NON_COMPLIANT. */
  public int nonCompliant() {
    return total - valid;
  }
}
