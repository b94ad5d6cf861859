package io.github.certsweep.rule;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.config.model.ComplianceType;

/**
 * What happened to the evaluations that were sent.
 *
 * @param batches how many batches were sent, retries not counted
 * @param recorded what Config recorded
 * @param unrecorded what Config did not record despite all retries
 * @param reasons why not, each reason once
 */
record Delivery(
    int batches, List<Evaluation> recorded, List<Evaluation> unrecorded, List<String> reasons) {
  private static final int NAMED_AT_MOST = 50;

  Delivery {
    recorded = List.copyOf(recorded);
    unrecorded = List.copyOf(unrecorded);
    reasons = List.copyOf(reasons);
  }

  /** How many old results of vanished resources were cleared. */
  int staleCleared() {
    return Math.toIntExact(
        recorded.stream()
            .filter(evaluation -> evaluation.compliance() == ComplianceType.NOT_APPLICABLE)
            .count());
  }

  /** What was not recorded and why, in one line; empty if everything was. */
  Optional<String> problem() {
    if (unrecorded.isEmpty()) {
      return Optional.empty();
    }
    String names =
        unrecorded.stream()
            .limit(NAMED_AT_MOST)
            .map(evaluation -> evaluation.resource().id())
            .collect(Collectors.joining(", "));
    String more =
        unrecorded.size() > NAMED_AT_MOST
            ? " and " + (unrecorded.size() - NAMED_AT_MOST) + " more"
            : "";
    return Optional.of(
        String.join(" ", reasons)
            + " "
            + unrecorded.size()
            + " of "
            + (recorded.size() + unrecorded.size())
            + " results not recorded: "
            + names
            + more
            + ".");
  }
}
