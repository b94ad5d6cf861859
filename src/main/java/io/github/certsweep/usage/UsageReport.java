package io.github.certsweep.usage;

import io.github.certsweep.certificate.ServerCertificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
 * @param forgiven the places that could not be looked at, where the operator allows that
 * @param notes what else the operator should know, a sentence or two each
 */
public record UsageReport(
    int checks,
    List<CertificateReference> references,
    List<UncheckedPlace> unchecked,
    List<UncheckedPlace> forgiven,
    List<String> notes) {
  /** Of a search that was not needed. */
  public static final UsageReport NOTHING_TO_SEARCH =
      new UsageReport(0, List.of(), List.of(), List.of(), List.of());

  private static final Comparator<CertificateUser> BY_LABEL =
      Comparator.comparing(CertificateUser::label);

  public UsageReport {
    references = List.copyOf(references);
    unchecked = List.copyOf(unchecked);
    forgiven = List.copyOf(forgiven);
    notes = List.copyOf(notes);
  }

  /**
   * The same report, once it is known which certificates IAM lists. A reference to any other may be
   * to one that was renamed, and so to any of those listed: it leaves the usage of all of them
   * unknown. Only a reference that can be to none of them is no more than a note.
   */
  UsageReport against(Collection<ServerCertificate> listed) {
    Set<String> known = new HashSet<>();
    for (ServerCertificate certificate : listed) {
      known.add(certificate.arn());
      known.add(certificate.id());
    }
    List<UncheckedPlace> all = new ArrayList<>(unchecked);
    Set<String> told = new LinkedHashSet<>(notes);
    for (CertificateReference reference : references) {
      if (!known.contains(reference.certificate())) {
        CertificateUser user = reference.user();
        String refers =
            user.label() + " refers to " + reference.certificate() + ", which IAM does not list";
        if (listed.stream().allMatch(reference::canNotBeTo)) {
          told.add(refers + ". It is the id of no certificate that is stored in IAM.");
        } else {
          String error =
              "UnlistedCertificate: "
                  + refers
                  + ": it was renamed or deleted under it. Point the resource to a certificate that exists.";
          all.add(new UncheckedPlace(user.service(), user.region(), "UnlistedCertificate", error));
        }
      }
    }
    all.sort(UncheckedPlace.BY_PLACE);
    return new UsageReport(checks, references, all, forgiven, List.copyOf(told));
  }

  /** How many of the places could not be looked at, or not be understood. */
  public int failedChecks() {
    return UncheckedPlace.places(unchecked);
  }

  /** The notes, and one for each place that was forgiven. */
  public List<String> allNotes() {
    List<String> all = new ArrayList<>(notes);
    for (UncheckedPlace place : forgiven) {
      all.add("Not checked, as UsageExceptions allows: " + place.label() + ". " + place.error());
    }
    return all;
  }

  /** Who uses this certificate: by its ARN, or by its id where CloudFront refers to it. */
  public CertificateUsage of(ServerCertificate certificate) {
    List<CertificateUser> users =
        references.stream()
            .filter(reference -> reference.isTo(certificate))
            .map(CertificateReference::user)
            .distinct()
            .sorted(BY_LABEL)
            .toList();
    return new CertificateUsage(users, unchecked, forgiven, notes, checks);
  }
}
