package io.github.certsweep.audit.page;

import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.usage.CertificateUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Certificates that ask for the same.
 *
 * @param first the number of the first in the list of everything that is to do, from 1
 */
record ToDo(Priority priority, int first, List<AuditedCertificate> certificates) {

  /** A user of a certificate; with no remedy if none was looked for. */
  record Step(CertificateUser user, Optional<Remedy> remedy) {}

  /**
   * Groups what is to do by priority.
   *
   * @param ordered the most urgent first
   */
  static List<ToDo> of(List<AuditedCertificate> ordered) {
    List<ToDo> all = new ArrayList<>();
    for (int from = 0, to; from < ordered.size(); from = to) {
      Priority priority = ordered.get(from).priority();
      to = from;
      while (to < ordered.size() && ordered.get(to).priority() == priority) {
        to++;
      }
      all.add(new ToDo(priority, from + 1, List.copyOf(ordered.subList(from, to))));
    }
    return all;
  }

  /**
   * The replacements that each user of a certificate can take, if all users can take the same; else
   * none.
   */
  static List<Replacement> sharedReplacements(AuditedCertificate certificate) {
    List<List<Replacement>> each =
        certificate.remedies().stream().map(Remedy::replacements).distinct().toList();
    return each.size() == 1 ? each.getFirst() : List.of();
  }

  /** Each user of a certificate, with the way to another certificate. */
  static List<Step> steps(AuditedCertificate certificate) {
    return certificate.users().stream()
        .map(user ->
            new Step(
                user,
                certificate.remedies().stream()
                    .filter(remedy -> remedy.user().equals(user))
                    .findFirst()))
        .toList();
  }
}
