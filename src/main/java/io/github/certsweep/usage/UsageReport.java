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
 * @param checks how many places (a service in a region) had to be searched; places where the
 *     service does not exist do not count
 * @param references to all server certificates
 * @param unchecked the places that could not be searched, and references that may be to any
 *     certificate
 * @param forgiven the places that could not be searched, where the operator allows that
 * @param notes what else the operator should know, a sentence or two each
 */
public record UsageReport(
    int checks,
    List<CertificateReference> references,
    List<UncheckedPlace> unchecked,
    List<UncheckedPlace> forgiven,
    List<String> notes) {
  /** The report if no search was needed. */
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
   * Compares the report with the certificates that IAM lists. A reference to any other may be to a
   * renamed one, and so to any listed one: it leaves the usage of all of them unknown. Only if a
   * reference can't be to any of them, it becomes a mere note.
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
            user.label() + " refers to " + reference.certificate() + ", which IAM does not list.";
        if (listed.stream().allMatch(reference::canNotBeTo)) {
          told.add(refers + " No certificate in IAM has this id.");
        } else {
          String error =
              "UnlistedCertificate: "
                  + refers
                  + " The certificate was renamed, deleted, or uploaded just now. Start again. If IAM still does not"
                  + " list it, attach an existing certificate to the resource.";
          all.add(new UncheckedPlace(user.service(), user.region(), "UnlistedCertificate", error));
        }
      }
    }
    all.sort(UncheckedPlace.BY_PLACE);
    return new UsageReport(checks, references, all, forgiven, List.copyOf(told));
  }

  /** How many places could not be searched, or gave answers that could not be understood. */
  public int failedChecks() {
    return UncheckedPlace.places(unchecked);
  }

  /** The notes, and one more for each forgiven place. */
  public List<String> allNotes() {
    List<String> all = new ArrayList<>(notes);
    for (UncheckedPlace place : forgiven) {
      all.add("Not checked (allowed by UsageExceptions): " + place.label() + ". " + place.error());
    }
    return all;
  }

  /** Who uses this certificate, by its ARN or (CloudFront) by its id. */
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
