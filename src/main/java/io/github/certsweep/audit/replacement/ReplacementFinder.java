package io.github.certsweep.audit.replacement;

import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.audit.report.Replacement.Store;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.usage.CertificateUser;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds the certificates that could take the place of those that have expired or are about to, for
 * each of their users.
 *
 * @param partition for example {@code "aws"}
 * @param at when the certificates were judged
 */
public record ReplacementFinder(String partition, Instant at) {
  /** ACM's first, since ACM renews what it issued; of those the one that lasts longest. */
  private static final Comparator<Replacement> BEST_FIRST =
      Comparator.comparing(Replacement::store)
          .reversed()
          .thenComparing(Replacement::expiration, Comparator.reverseOrder())
          .thenComparing(Replacement::arn);

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
    List<Replacement> iam = all.stream().flatMap(one -> candidate(one).stream()).toList();
    return all.stream()
        .map(one -> isNeededFor(one) ? one.with(remedies(one, iam, acm)) : one)
        .toList();
  }

  /** A valid certificate in IAM, if its names are known. */
  private Optional<Replacement> candidate(AuditedCertificate one) {
    return one.details()
        .filter(details -> one.status() == ExpirationStatus.VALID)
        .filter(details -> !details.notBefore().isAfter(at))
        .map(details ->
            new Replacement(
                Store.IAM,
                "global",
                one.certificate().arn(),
                one.certificate().id(),
                one.certificate().name(),
                one.expiration().orElseThrow(),
                details.key(),
                details.names()));
  }

  private List<Remedy> remedies(
      AuditedCertificate replaced, List<Replacement> iam, List<Replacement> acm) {
    return replaced.users().stream()
        .map(user -> {
          UserKind kind = UserKind.of(user);
          Optional<String> acmRegion = kind.acmRegion(user, partition);
          List<Replacement> fitting =
              Stream.concat(
                      iam.stream().filter(kind::takesFromIam),
                      acm.stream()
                          .filter(one -> acmRegion.filter(one.region()::equals).isPresent()))
                  .filter(one -> kind.takesKey(one.key()))
                  .filter(one -> covers(one, replaced.details()))
                  .sorted(BEST_FIRST)
                  .toList();
          return remedy(kind, user, replaced, fitting);
        })
        .toList();
  }

  private static boolean covers(Replacement one, Optional<CertificateDetails> replaced) {
    return replaced
        .filter(details -> new CoveredNames(one.names()).coverAll(details.names()))
        .isPresent();
  }

  private Remedy remedy(
      UserKind kind, CertificateUser user, AuditedCertificate replaced, List<Replacement> fitting) {
    if (fitting.isEmpty()) {
      String note =
          replaced.details().isEmpty()
              ? "Its names are not known, so no replacement was looked for."
              : "No certificate was found that is valid long enough for all of its names and that"
                  + " this service takes. Request one from ACM or upload one, then start the audit"
                  + " again.";
      return new Remedy(user, List.of(), List.of(), note + " " + kind.note());
    }
    return new Remedy(
        user,
        fitting,
        kind.commands(user, replaced.certificate(), fitting.getFirst()),
        kind.note());
  }
}
