package io.github.certsweep.findings;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.input.Text;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.verdict.Verdict;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;

/**
 * What Security Hub shows, or is to show, of one certificate.
 *
 * @param id stays the same for as long as the certificate exists: what people add to a finding
 *     hangs on it
 * @param title what a person reads in a list of a thousand; 256 characters at most
 * @param description 1,024 characters at most
 * @param certificateArn the resource
 * @param tags of the certificate; empty if they were not read
 */
record Finding(
    String id,
    String title,
    String description,
    Severity severity,
    String certificateArn,
    Optional<Map<String, String>> tags) {
  /** Limits of the AWS Security Finding Format. */
  private static final int MAX_TITLE = 256;

  private static final int MAX_DESCRIPTION = 1024;

  private static final String GONE = "No longer stored in IAM. Last known state: ";

  Finding {
    title = Text.shorten(title, MAX_TITLE);
    description = Text.shorten(description, MAX_DESCRIPTION);
    tags = tags.map(Finding::withText);
  }

  /**
   * The finding on a certificate that IAM has.
   *
   * @param annotation what AWS Config shows beside the result
   * @param tags empty if they were not read
   */
  static Finding of(
      Verdict verdict, String annotation, String accountId, Optional<Map<String, String>> tags) {
    JudgedCertificate judged = verdict.judged().orElseThrow();
    ServerCertificate certificate = judged.certificate();
    return new Finding(
        "certsweep/" + accountId + "/" + certificate.id(),
        title(judged, verdict.usage()),
        annotation,
        Severity.of(verdict),
        certificate.arn(),
        tags);
  }

  /** Security Hub takes no tag without a value. */
  private static Map<String, String> withText(Map<String, String> tags) {
    return tags.entrySet().stream()
        .filter(tag -> !tag.getKey().isBlank() && !tag.getValue().isBlank())
        .collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The same finding. Tags that were not read are those that Security Hub shows. */
  Finding over(Finding shown) {
    return tags.isPresent()
        ? this
        : new Finding(id, title, description, severity, certificateArn, shown.tags);
  }

  /** The same finding once its certificate is no longer in IAM. */
  Finding gone() {
    String before = description.startsWith(GONE) ? description : GONE + description;
    return new Finding(id, title, before, severity, certificateArn, tags);
  }

  /** Whether the certificate is COMPLIANT, so that nothing is wrong with it. */
  boolean isCompliant() {
    return severity == Severity.INFORMATIONAL;
  }

  /** What is wrong comes first, then the name: a list sorted by title is sorted by both. */
  private static String title(JudgedCertificate judged, Optional<CertificateUsage> usage) {
    String name = judged.certificate().name();
    if (judged.status() == ExpirationStatus.UNKNOWN) {
      return "IAM server certificate without a known expiration: " + name;
    }
    String date =
        judged.certificate().expiration().orElseThrow().atOffset(ZoneOffset.UTC).toLocalDate()
            + " UTC)";
    return switch (judged.status()) {
      case VALID -> "Valid IAM server certificate: " + name + " (until " + date;
      case EXPIRING ->
          "Expiring IAM server certificate, " + used(usage) + ": " + name + " (expires " + date;
      default ->
          "Expired IAM server certificate, " + used(usage) + ": " + name + " (expired " + date;
    };
  }

  private static String used(Optional<CertificateUsage> usage) {
    if (usage.filter(CertificateUsage::inUse).isPresent()) {
      return "in use";
    }
    return usage.filter(CertificateUsage::isUnused).isPresent() ? "not in use" : "usage unknown";
  }
}
