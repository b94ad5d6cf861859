package io.github.certsweep.rule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.config.model.ComplianceType;

/**
 * Which results a run reports. AWS Config charges for each result that it records, so a run reports
 * only what is NON_COMPLIANT, new, different or gone, and what nobody has reported for {@code
 * refreshDays}.
 */
final class DueEvaluations {
  /** Schedules are not exact: with {@code refreshDays} 1, a daily run must report everything. */
  private static final Duration TOLERANCE = Duration.ofHours(1);

  private final List<Evaluation> current;
  private final Map<Resource, RecordedResult> recorded = new LinkedHashMap<>();
  private final RuleEvent event;

  /**
   * Compares what a run found with what AWS Config shows.
   *
   * @param current what the run found; not empty
   * @param shown what Config shows; empty if that could not be read, and then everything is due
   */
  DueEvaluations(List<Evaluation> current, List<RecordedResult> shown, RuleEvent event) {
    this.current = List.copyOf(current);
    this.event = event;
    for (RecordedResult result : shown) {
      // Pages can shift while they are read, and show a result twice.
      recorded.merge(result.resource(), result, DueEvaluations::older);
    }
  }

  /**
   * The evaluations to report. At least one of them is visible, so that an older run that comes
   * late sees that this one was here: the result reported longest ago, if nothing else is due.
   */
  List<Evaluation> all() {
    List<Evaluation> due = new ArrayList<>();
    for (Evaluation evaluation : current) {
      if (isDue(evaluation)) {
        due.add(evaluation);
      }
    }
    if (due.isEmpty()) {
      due.add(reportedLongestAgo());
    }
    due.addAll(gone());
    return due;
  }

  private boolean isDue(Evaluation evaluation) {
    RecordedResult known = recorded.get(evaluation.resource());
    return known == null
        || evaluation.compliance() != ComplianceType.COMPLIANT
        || !known.showsTheSameAs(evaluation)
        || isOld(known);
  }

  private boolean isOld(RecordedResult known) {
    Duration age = Duration.between(known.orderedAt(), event.createdAt());
    Duration limit = Duration.ofDays(event.parameters().refreshDays()).minus(TOLERANCE);
    return age.compareTo(limit) >= 0;
  }

  /** Call it only if nothing is new: then everything was recorded before. */
  private Evaluation reportedLongestAgo() {
    return current.stream()
        .min(Comparator.comparing(evaluation -> recorded.get(evaluation.resource()).orderedAt()))
        .orElseThrow();
  }

  /**
   * What Config shows, under any type, but no longer exists. Otherwise it would stay on the
   * dashboard for ever. What was recorded for this same event stays: Lambda delivered it twice, and
   * the other run may have listed a certificate that this one did not see yet.
   */
  private List<Evaluation> gone() {
    Map<Resource, RecordedResult> left = new LinkedHashMap<>(recorded);
    current.forEach(evaluation -> left.remove(evaluation.resource()));
    return left.values().stream()
        .filter(result -> result.orderedAt().isBefore(event.createdAt()))
        .map(result -> Evaluation.gone(result.resource()))
        .toList();
  }

  private static RecordedResult older(RecordedResult one, RecordedResult other) {
    return other.orderedAt().isBefore(one.orderedAt()) ? other : one;
  }
}
