package io.github.certsweep.findings;

import static java.util.stream.Collectors.joining;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.exemption.CertificateTags;
import io.github.certsweep.verdict.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tags of the certificates that have a finding, as far as they could be read. */
record FindingTags(Map<JudgedCertificate, CertificateTags.Answer> answers) {
  private static final int REASONS_AT_MOST = 3;

  /** Reads the tags of what is NON_COMPLIANT: nothing else has an active finding. Never fails. */
  static FindingTags read(List<Verdict> verdicts, CertificateTags tags, Deadline deadline) {
    List<JudgedCertificate> flagged =
        verdicts.stream()
            .filter(verdict -> !verdict.compliant())
            .flatMap(verdict -> verdict.judged().stream())
            .toList();
    return new FindingTags(tags.readAll(flagged, deadline));
  }

  /** The tags of one certificate; empty if they were not read. */
  Optional<Map<String, String>> of(Verdict verdict) {
    return verdict
        .judged()
        .map(answers::get)
        .filter(answer -> answer.failure().isEmpty())
        .map(CertificateTags.Answer::tags);
  }

  /** Which tags could not be read, and why; empty if all could, or their certificates are gone. */
  Optional<String> problem() {
    List<RuntimeException> failures =
        answers.values().stream()
            .flatMap(answer -> answer.failure().stream())
            .filter(failure -> !(failure instanceof AwsCallException call && call.isNotFound()))
            .toList();
    if (failures.isEmpty()) {
      return Optional.empty();
    }
    String reasons =
        failures.stream()
            .map(failure ->
                failure instanceof AwsCallException ? failure.getMessage() : failure + ".")
            .distinct()
            .limit(REASONS_AT_MOST)
            .collect(joining(" "));
    return Optional.of(
        reasons
            + " Tags of "
            + failures.size()
            + " certificates were not read. Security Hub keeps the tags that it shows until the"
            + " next run.");
  }
}
