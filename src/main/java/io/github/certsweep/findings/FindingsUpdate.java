package io.github.certsweep.findings;

import static java.util.stream.Collectors.joining;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run changed in Security Hub.
 *
 * @param imported how many findings are new, different or refreshed
 * @param archived how many were archived
 * @param problem what was not done, why, and what to do about it, in one line; empty if all was
 *     done
 */
public record FindingsUpdate(int imported, int archived, Optional<String> problem) {
  static FindingsUpdate failed(String problem) {
    return new FindingsUpdate(0, 0, Optional.of(problem));
  }

  /** The same update, if this was not done either. */
  FindingsUpdate with(Optional<String> otherProblem) {
    String both = Stream.of(problem, otherProblem).flatMap(Optional::stream).collect(joining(" "));
    return new FindingsUpdate(
        imported, archived, Optional.of(both).filter(text -> !text.isEmpty()));
  }
}
