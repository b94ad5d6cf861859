package io.github.certsweep.audit.replacement;

import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.audit.report.Replacement.Store;
import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.audit.report.Warning.Code;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.usage.CertificateUser;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the certificates that could take the place of those that have expired or are about to, for
 * each of their users.
 *
 * @param partition for example {@code "aws"}
 * @param at when the certificates were judged
 */
public record ReplacementFinder(String partition, Instant at) {
  /** What makes clients refuse a certificate that is valid. */
  private static final Set<Code> FLAWS =
      Set.of(
          Code.CHAIN_MISSING,
          Code.CHAIN_ORDER,
          Code.CHAIN_BROKEN,
          Code.CHAIN_EXPIRED,
          Code.SHORT_KEY,
          Code.SHA1_SIGNATURE);

  /** Whether clients trust a replacement, the best first. */
  private enum Trust {
    /** Amazon's, which every public client trusts, and which ACM renews. */
    AMAZON,
    SAME_ISSUER,
    UNKNOWN,
    PRIVATE_CA;

    static Trust of(Replacement one, CertificateDetails replaced) {
      return switch (one.issuer()) {
        case Replacement.AMAZON -> AMAZON;
        case Replacement.PRIVATE_CA -> PRIVATE_CA;
        default ->
            one.issuer().equals(replaced.issuer()) && !isSelfIssued(replaced)
                ? SAME_ISSUER
                : UNKNOWN;
      };
    }
  }

  /** Whether there is anything to replace at this certificate: it is flagged and in use. */
  public static boolean isNeededFor(AuditedCertificate one) {
    return one.judged().isExpiredOrExpiring() && !one.users().isEmpty();
  }

  /** The regions whose ACM certificates could be a replacement for any of these. */
  public Set<String> acmRegions(List<AuditedCertificate> all) {
    Set<String> regions = new TreeSet<>();
    all.stream()
        .filter(one -> isNeededFor(one) && one.details().isPresent())
        .flatMap(one -> one.users().stream())
        .forEach(user -> UserKind.of(user).acmRegion(user, partition).ifPresent(regions::add));
    return regions;
  }

  /** The certificates with their remedies. */
  public List<AuditedCertificate> withRemedies(
      List<AuditedCertificate> all, List<Replacement> acm) {
    List<AuditedCertificate> iam = all.stream().filter(this::isValid).toList();
    return all.stream()
        .map(one -> isNeededFor(one) ? one.with(remedies(one, iam, acm)) : one)
        .toList();
  }

  private boolean isValid(AuditedCertificate one) {
    return one.status() == ExpirationStatus.VALID
        && one.details().filter(details -> !details.notBefore().isAfter(at)).isPresent();
  }

  private List<Remedy> remedies(
      AuditedCertificate replaced, List<AuditedCertificate> iam, List<Replacement> acm) {
    return replaced
        .details()
        .map(details -> {
          List<Replacement> candidates =
              Stream.concat(
                      iam.stream()
                          .filter(one -> isNoWorse(one, replaced))
                          .map(ReplacementFinder::inIam),
                      acm.stream())
                  .filter(one -> new CoveredNames(one.names()).coverAll(details.names()))
                  .sorted(bestFirst(details))
                  .toList();
          return replaced.users().stream()
              .map(user -> remedy(user, replaced.certificate(), details, candidates))
              .toList();
        })
        .orElseGet(
            () -> replaced.users().stream().map(ReplacementFinder::remedyWithoutNames).toList());
  }

  /** Whether clients that accepted the old one before it expired find no fault with this one. */
  private static boolean isNoWorse(AuditedCertificate one, AuditedCertificate replaced) {
    Set<Code> flaws = flaws(one);
    // When the old one was accepted, its chain had not expired.
    return !flaws.contains(Code.CHAIN_EXPIRED)
        && flaws(replaced).containsAll(flaws)
        && (!isSelfIssued(one) || isSelfIssued(replaced));
  }

  private static Set<Code> flaws(AuditedCertificate one) {
    return one.warnings().stream()
        .map(Warning::code)
        .filter(FLAWS::contains)
        .collect(Collectors.toSet());
  }

  private static boolean isSelfIssued(AuditedCertificate one) {
    return one.details().filter(ReplacementFinder::isSelfIssued).isPresent();
  }

  private static boolean isSelfIssued(CertificateDetails details) {
    return details.subject().equals(details.issuer());
  }

  private static Replacement inIam(AuditedCertificate one) {
    CertificateDetails details = one.details().orElseThrow();
    return new Replacement(
        Store.IAM,
        "global",
        one.certificate().arn(),
        one.certificate().id(),
        one.certificate().name(),
        one.expiration().orElseThrow(),
        details.key(),
        details.issuer(),
        details.names());
  }

  private static Comparator<Replacement> bestFirst(CertificateDetails replaced) {
    return Comparator.comparing((Replacement one) -> Trust.of(one, replaced))
        .thenComparing(Replacement::expiration, Comparator.reverseOrder())
        .thenComparing(Replacement::arn);
  }

  private Remedy remedy(
      CertificateUser user,
      ServerCertificate old,
      CertificateDetails replaced,
      List<Replacement> candidates) {
    UserKind kind = UserKind.of(user);
    Optional<String> acmRegion = kind.acmRegion(user, partition);
    List<Replacement> fitting =
        candidates.stream()
            .filter(one ->
                one.store() == Store.IAM
                    ? kind.takesFromIam(one)
                    : acmRegion.filter(one.region()::equals).isPresent())
            .filter(one -> kind.takesKey(one.key()))
            .toList();
    if (fitting.isEmpty()) {
      return without(
          user,
          "No certificate has all these names, is valid long enough, and is accepted by this service"
              + " and its clients. Request one from ACM or upload one with its chain, then start the"
              + " audit again.");
    }
    Replacement best = fitting.getFirst();
    String trust =
        Trust.of(best, replaced).compareTo(Trust.SAME_ISSUER) > 0
            ? "Check first that all clients trust the issuer of the new certificate. "
            : "";
    return new Remedy(user, fitting, kind.commands(user, old, best), trust + kind.note());
  }

  private static Remedy remedyWithoutNames(CertificateUser user) {
    return without(user, "Its names are not known, so no replacement was looked for.");
  }

  private static Remedy without(CertificateUser user, String why) {
    return new Remedy(user, List.of(), List.of(), why + " " + UserKind.of(user).note());
  }
}
