package io.github.certsweep.audit.organization.report;

import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.input.Text;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One result that the aggregator shows.
 *
 * @param type for example {@code "AWS::IAM::ServerCertificate"}
 * @param id the certificate's name; for an account without certificates, the account's id
 * @param annotation what the rule wrote beside it, in one line; AWS Config need not have any
 * @param orderedAt when the rule was started that gave the result
 */
public record CertificateResult(
    String type, String id, Compliance compliance, Optional<String> annotation, Instant orderedAt) {
  /** As {@code Evaluation} writes it, whatever follows. */
  private static final Pattern ANNOTATION =
      Pattern.compile(
          "(Expired|Expires) \\S+Z(?:; limit [^(]*)? \\(id \\S+\\)\\.(?: (In use by|Not in use\\.))?(.*)");

  /** An exception that keeps the certificate, or one of which the rule could not know. */
  private static final Pattern EXCEPTION = Pattern.compile(" Exception (?:until|unknown)");

  /** What the rule writes if IAM gives no expiration. */
  private static final String NO_EXPIRATION = "IAM gives no expiration";

  public CertificateResult {
    annotation = annotation.map(Text::oneLine).filter(text -> !text.isEmpty());
  }

  /** Whether it is of a certificate. An account without any has a result for the account itself. */
  boolean isOfACertificate() {
    return type.equals("AWS::IAM::ServerCertificate");
  }

  public boolean isFlagged() {
    return compliance == Compliance.NON_COMPLIANT;
  }

  /**
   * What the result asks of somebody; empty if it is flagged and its annotation does not say why.
   * Usage that the annotation does not name never counts as none.
   */
  public Optional<Priority> priority() {
    if (!isFlagged()) {
      return compliance == Compliance.COMPLIANT ? Optional.of(Priority.VALID) : Optional.empty();
    }
    String text = annotation.orElse("");
    if (text.startsWith(NO_EXPIRATION)) {
      return Optional.of(Priority.EXPIRATION_UNKNOWN);
    }
    Matcher read = ANNOTATION.matcher(text);
    if (!read.matches()) {
      return Optional.empty();
    }
    String usage = Optional.ofNullable(read.group(2)).orElse("");
    return Optional.of(
        switch (usage) {
          case "In use by" -> expired(read) ? Priority.EXPIRED_IN_USE : Priority.EXPIRING_IN_USE;
          case "Not in use." -> expired(read) ? expiredUnused(read) : Priority.EXPIRING_UNUSED;
          default ->
              expired(read) ? Priority.EXPIRED_USAGE_UNKNOWN : Priority.EXPIRING_USAGE_UNKNOWN;
        });
  }

  private static Priority expiredUnused(Matcher annotation) {
    return EXCEPTION.matcher(annotation.group(3)).find()
        ? Priority.EXPIRED_EXCEPTED
        : Priority.EXPIRED_UNUSED;
  }

  private static boolean expired(Matcher annotation) {
    return annotation.group(1).equals("Expired");
  }

  /** What to do, in a few words. */
  public String action() {
    return priority().map(Priority::action).orElse(isFlagged() ? "Check it yourself" : "Nothing");
  }

  /** For sorting: what is flagged without a reason could be as bad as what has expired. */
  Priority urgency() {
    return priority().orElse(isFlagged() ? Priority.EXPIRED_USAGE_UNKNOWN : Priority.VALID);
  }
}
