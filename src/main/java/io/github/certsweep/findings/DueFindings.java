package io.github.certsweep.findings;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which findings a run imports, so that Security Hub shows what the run found. It depends on
 * nothing but what is handed in: what a run could not import, the next one finds to be due again.
 */
final class DueFindings {
  /**
   * Security Hub deletes an active finding 90 days after its last update. One that does not change
   * is imported again after a third of that.
   */
  static final Duration REFRESH = Duration.ofDays(30);

  /** As long as a run can last: no other clock is trusted to be further ahead than that. */
  private static final Duration LONGEST_RUN = Duration.ofMinutes(15);

  private static final Comparator<StoredFinding> MOST_URGENT_FIRST =
      Comparator.comparing(StoredFinding::isArchived)
          .thenComparing(stored -> stored.finding().severity(), Comparator.reverseOrder());

  private DueFindings() {}

  /**
   * The findings to import, the most urgent first and those to archive last.
   *
   * @param current the finding on each certificate that IAM has, compliant ones too
   * @param shown our active findings in Security Hub
   * @param judgedAt when the certificates were listed
   */
  static List<StoredFinding> of(
      List<Finding> current, List<StoredFinding> shown, Instant judgedAt) {
    Map<String, StoredFinding> left = new LinkedHashMap<>();
    shown.forEach(stored -> left.put(stored.finding().id(), stored));
    List<StoredFinding> due = new ArrayList<>();
    for (Finding finding : current) {
      StoredFinding known = left.remove(finding.id());
      if (known == null) {
        if (!finding.isCompliant()) {
          due.add(StoredFinding.first(finding, judgedAt));
        }
      } else if (!isNewer(known, judgedAt)) {
        Finding news = finding.over(known.finding());
        if (isDue(known, news, judgedAt)) {
          due.add(known.showing(news, news.isCompliant(), judgedAt));
        }
      }
    }
    left.values().stream()
        .filter(known -> !isNewer(known, judgedAt))
        .map(known -> known.showing(known.finding().gone(), true, judgedAt))
        .forEach(due::add);
    due.sort(MOST_URGENT_FIRST);
    return List.copyOf(due);
  }

  private static boolean isDue(StoredFinding known, Finding finding, Instant judgedAt) {
    return finding.isCompliant()
        || !known.finding().equals(finding)
        || Duration.between(known.updatedAt(), judgedAt).compareTo(REFRESH) >= 0;
  }

  /** Whether a run imported it that listed the certificates after this one. */
  private static boolean isNewer(StoredFinding known, Instant judgedAt) {
    return known.updatedAt().isAfter(judgedAt)
        && !known.updatedAt().isAfter(judgedAt.plus(LONGEST_RUN));
  }
}
