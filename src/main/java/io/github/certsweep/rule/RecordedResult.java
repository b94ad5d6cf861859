package io.github.certsweep.rule;

import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.services.config.model.ComplianceType;

/**
 * A result that AWS Config still shows from an earlier run.
 *
 * @param annotation empty if it was recorded without one
 * @param orderedAt the {@code OrderingTimestamp} it was reported with: the creation time of that
 *     run's event
 */
record RecordedResult(
    Resource resource, ComplianceType compliance, Optional<String> annotation, Instant orderedAt) {

  /** Whether a person would see the same if this evaluation took its place. */
  boolean showsTheSameAs(Evaluation evaluation) {
    return compliance == evaluation.compliance()
        && annotation.equals(Optional.of(evaluation.annotation()));
  }
}
