package io.github.certsweep.findings;

import java.time.Instant;

/**
 * A finding with the times that Security Hub keeps beside it.
 *
 * @param finding what it shows
 * @param isArchived whether Security Hub hides it
 * @param createdAt when it was first imported
 * @param observedAt when the rule last looked at the certificate and imported what it saw
 * @param updatedAt must grow with each import: Security Hub ignores what is not newer
 */
record StoredFinding(
    Finding finding,
    boolean isArchived,
    Instant createdAt,
    Instant firstObservedAt,
    Instant observedAt,
    Instant updatedAt) {

  /** A finding that is imported for the first time. */
  static StoredFinding first(Finding finding, Instant at) {
    return new StoredFinding(finding, false, at, at, at, at);
  }

  /** The same record with something new to show. */
  StoredFinding showing(Finding news, boolean archived, Instant at) {
    Instant next = at.isAfter(updatedAt) ? at : updatedAt.plusMillis(1);
    return new StoredFinding(news, archived, createdAt, firstObservedAt, at, next);
  }
}
