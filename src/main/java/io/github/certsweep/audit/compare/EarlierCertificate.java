package io.github.certsweep.audit.compare;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.input.JsonFields;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an earlier report says of a certificate.
 *
 * @param flaggedSince the time of the first of an unbroken row of reports that flagged it; empty if
 *     the earlier report did not
 */
record EarlierCertificate(
    String name, String id, ExpirationStatus status, Optional<Instant> flaggedSince) {
  static EarlierCertificate read(JsonFields fields) {
    ExpirationStatus status = status(fields);
    boolean flagged = status == ExpirationStatus.EXPIRED || status == ExpirationStatus.EXPIRING;
    return new EarlierCertificate(
        fields.requiredText("name"),
        fields.requiredText("id"),
        status,
        flagged ? Optional.of(time(fields, "flaggedSince")) : Optional.empty());
  }

  private static ExpirationStatus status(JsonFields fields) {
    String word = fields.requiredText("status");
    List<ExpirationStatus> all = List.of(ExpirationStatus.values());
    return all.stream()
        .filter(status -> status.name().equals(word))
        .findFirst()
        .orElseThrow(() -> fields.wrongValue("status", word, "It must be one of " + all + "."));
  }

  static Instant time(JsonFields fields, String name) {
    String text = fields.requiredText(name);
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw fields.wrongValue(name, text, "It must be a time such as 2026-11-23T12:00:00Z.");
    }
  }
}
