package io.github.certsweep.rule;

import static java.util.stream.Collectors.joining;

import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.input.Text;
import io.github.certsweep.verdict.Verdict;
import java.util.stream.Stream;
import software.amazon.awssdk.services.config.model.ComplianceType;

/**
 * One result to be recorded in AWS Config.
 *
 * @param annotation what a person reads beside the result; 1 to 256 characters, a limit of Config
 */
public record Evaluation(Resource resource, ComplianceType compliance, String annotation) {
  private static final int MAX_ANNOTATION = 256;

  /** What the users get at least if an exception is annotated too: enough for their number. */
  private static final int USERS_AT_LEAST = 60;

  public Evaluation {
    if (annotation.isEmpty()) {
      throw new IllegalArgumentException(
          "The annotation of " + resource + " is empty: AWS Config refuses that.");
    }
    annotation = Text.shorten(annotation, MAX_ANNOTATION);
  }

  /**
   * The result of a certificate. Its annotation has no count of days: AWS Config may show it for
   * weeks. It begins with what matters most: if it is too long, its end is cut.
   */
  static Evaluation of(Verdict verdict) {
    JudgedCertificate judged = verdict.judged().orElseThrow();
    String expiration = judged.lastingDescription() + " (id " + judged.certificate().id() + ").";
    String exception = verdict.exemption().shortSentence();
    int room = MAX_ANNOTATION - expiration.length() - 1;
    int roomForUsers =
        exception.isEmpty() ? room : Math.max(USERS_AT_LEAST, room - exception.length() - 1);
    String annotation =
        Stream.of(
                expiration,
                verdict.usage().map(users -> users.sentence(roomForUsers)).orElse(""),
                exception)
            .filter(part -> !part.isEmpty())
            .collect(joining(" "));
    return new Evaluation(
        Resource.certificate(judged.certificate().name()),
        verdict.compliant() ? ComplianceType.COMPLIANT : ComplianceType.NON_COMPLIANT,
        annotation);
  }

  /**
   * Takes an old result whose resource is gone off the dashboard. AWS Config expects it under the
   * type and id that it was recorded with.
   */
  static Evaluation gone(Resource resource) {
    return new Evaluation(resource, ComplianceType.NOT_APPLICABLE, "No longer stored in IAM.");
  }

  /**
   * An account without certificates, which would otherwise look as if it had never been evaluated.
   */
  static Evaluation ofEmptyAccount(String accountId) {
    return new Evaluation(
        Resource.account(accountId),
        ComplianceType.COMPLIANT,
        "No server certificates are stored in IAM.");
  }
}
