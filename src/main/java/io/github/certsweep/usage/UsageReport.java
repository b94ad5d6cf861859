package io.github.certsweep.usage;

import io.github.certsweep.certificate.ServerCertificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a search found.
 *
 * @param checks how many places (a service in a region) were to be looked at; those where the
 *     service does not exist not counted
 * @param references to all server certificates
 * @param unchecked the places that could not be looked at, and the references that can't be told
 *     whose they are
 */
public record UsageReport(int checks, List<Reference> references, List<Unchecked> unchecked) {
  /** Of a search that was not needed. */
  public static final UsageReport NOTHING_TO_SEARCH = new UsageReport(0, List.of(), List.of());

  private static final Comparator<Use> BY_LABEL = Comparator.comparing(Use::label);

  public UsageReport {
    references = List.copyOf(references);
    unchecked = List.copyOf(unchecked);
  }

  /**
   * Puts together what was found. A reference to a certificate that is not listed may be to one
   * that was renamed, and so to any of those listed: it leaves the usage of all of them unknown.
   */
  static UsageReport of(
      Collection<ServerCertificate> listed,
      int checks,
      List<Reference> references,
      List<Unchecked> unchecked) {
    Set<String> known = new HashSet<>();
    for (ServerCertificate certificate : listed) {
      known.add(certificate.arn());
      known.add(certificate.id());
    }
    List<Unchecked> all = new ArrayList<>(unchecked);
    for (Reference reference : references) {
      if (!known.contains(reference.certificate())) {
        Use use = reference.use();
        String error =
            "UnlistedCertificate: "
                + use.label()
                + " refers to "
                + reference.certificate()
                + ", which IAM does not list:"
                + " it was renamed or deleted under it. Point the resource to a certificate that exists.";
        all.add(new Unchecked(use.service(), use.region(), "UnlistedCertificate", error));
      }
    }
    all.sort(Comparator.comparing(Unchecked::region).thenComparing(Unchecked::service));
    return new UsageReport(checks, references, all);
  }

  /** How many of the places could not be looked at, or not be understood. */
  public int failedChecks() {
    return Unchecked.places(unchecked);
  }

  /** Who uses this certificate: by its ARN, or by its id where CloudFront refers to it. */
  public CertificateUsage of(ServerCertificate certificate) {
    List<Use> uses =
        references.stream()
            .filter(reference ->
                reference.certificate().equals(certificate.arn())
                    || reference.certificate().equals(certificate.id()))
            .map(Reference::use)
            .distinct()
            .sorted(BY_LABEL)
            .toList();
    return new CertificateUsage(uses, unchecked, checks);
  }
}
