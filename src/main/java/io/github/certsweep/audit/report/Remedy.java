package io.github.certsweep.audit.report;

import io.github.certsweep.usage.CertificateUser;
import java.util.List;

/**
 * How to get one user of a certificate to another certificate.
 *
 * @param replacements the certificates that this user could take, the best first
 * @param commands for a shell, with the best replacement; empty if there is none, or no command
 *     does it
 * @param note what to know before, in a sentence or two
 */
public record Remedy(
    CertificateUser user, List<Replacement> replacements, List<String> commands, String note) {
  public Remedy {
    replacements = List.copyOf(replacements);
    commands = List.copyOf(commands);
  }
}
