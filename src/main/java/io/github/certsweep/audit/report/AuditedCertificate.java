package io.github.certsweep.audit.report;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.verdict.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One certificate in the report.
 *
 * @param usage who uses it; empty if nothing was searched
 * @param deletable whether the judge would let it be deleted
 * @param reason why or why not, in one line
 * @param details what the certificate says of itself; empty if it was not or could not be read
 * @param warnings what is wrong with its key, signature or chain, and the exception that its tags
 *     ask for
 * @param remedies how to replace it, one for each of its users; only if it has expired or is about
 *     to
 */
public record AuditedCertificate(
    JudgedCertificate judged,
    Optional<CertificateUsage> usage,
    boolean deletable,
    String reason,
    Optional<CertificateDetails> details,
    List<Warning> warnings,
    List<Remedy> remedies) {
  /** By urgency, then by expiration; without one first. */
  public static final Comparator<AuditedCertificate> WORST_FIRST =
      Comparator.comparing(AuditedCertificate::priority)
          .thenComparing(one -> one.expiration().orElse(Instant.MIN))
          .thenComparing(one -> one.certificate().name());

  public AuditedCertificate {
    warnings = List.copyOf(warnings);
    remedies = List.copyOf(remedies);
  }

  /** A certificate with the judge's verdict on it, and nothing further yet. */
  public static AuditedCertificate of(Verdict verdict) {
    return new AuditedCertificate(
        verdict.judged().orElseThrow(),
        verdict.usage(),
        verdict.deletable(),
        verdict.reason(),
        Optional.empty(),
        List.of(),
        List.of());
  }

  /**
   * The certificate with what was read from it. The audit does not know how long the stack's
   * exceptions hold, so a wish for one counts as one: the removal may refuse the certificate.
   */
  public AuditedCertificate with(CertificateDetails read, List<Warning> found) {
    Optional<Warning> exception =
        found.stream().filter(one -> one.code() == Warning.Code.EXCEPTION).findFirst();
    AuditedCertificate detailed =
        new AuditedCertificate(
            judged, usage, deletable, reason, Optional.of(read), found, remedies);
    return exception.map(one -> detailed.keptBy(one.text())).orElse(detailed);
  }

  /**
   * The certificate whose details were not read: nobody knows whether its tags ask for an
   * exception.
   *
   * @param why in a sentence
   */
  public AuditedCertificate withUnreadDetails(String why) {
    return keptBy(why + " They may ask for an exception.");
  }

  private AuditedCertificate keptBy(String exception) {
    String why = deletable ? reason + " " + exception : reason;
    return new AuditedCertificate(judged, usage, false, why, details, warnings, remedies);
  }

  public AuditedCertificate with(List<Remedy> found) {
    return new AuditedCertificate(judged, usage, deletable, reason, details, warnings, found);
  }

  public ServerCertificate certificate() {
    return judged.certificate();
  }

  public ExpirationStatus status() {
    return judged.status();
  }

  public Optional<Instant> expiration() {
    return certificate().expiration();
  }

  public Priority priority() {
    return Priority.of(status(), usage, deletable);
  }

  /** Whole days until the expiration, negative after it; empty if the expiration is unknown. */
  public Optional<Long> days() {
    return expiration().map(end -> Duration.between(judged.judgedAt(), end).toDays());
  }

  /** What was found to use it. That the list is empty does not mean that nothing does. */
  public List<CertificateUser> users() {
    return usage.map(CertificateUsage::users).orElse(List.of());
  }

  /** All certificates that could take its place with one of its users or more. */
  public List<Replacement> replacements() {
    return remedies.stream().flatMap(one -> one.replacements().stream()).distinct().toList();
  }

  /** Who uses it, in a few words: {@code "2"}, {@code "none"} or {@code "unknown"}. */
  public String usageSummary() {
    if (!users().isEmpty()) {
      return String.valueOf(users().size());
    }
    return usage.filter(CertificateUsage::isUnused).isPresent() ? "none" : "unknown";
  }
}
