package io.github.certsweep.findings;

import static java.util.stream.Collectors.joining;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.exemption.CertificateTags;
import io.github.certsweep.verdict.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Gatherers;
import software.amazon.awssdk.retries.api.BackoffStrategy;

/**
 * Brings Security Hub to the state that a run found: reads our active findings, and imports what is
 * new, different, gone or about to be forgotten. Thread-safe; keeps nothing between calls.
 */
public final class SecurityHubFindings {
  /** How often at most a finding is sent that Security Hub returns in {@code FailedFindings}. */
  private static final int ROUNDS = 4;

  /** Half to all of 0.5, 1 and 2 seconds. */
  private static final BackoffStrategy BACKOFF =
      BackoffStrategy.exponentialDelayHalfJitter(Duration.ofMillis(500), Duration.ofSeconds(5));

  private static final int NAMED_AT_MOST = 50;
  private static final String HEALS =
      " Findings in Security Hub may be out of date until the next run, which imports what is"
          + " missing.";

  /** Of the time that is left, reserved for the findings: their tags must not take it. */
  private static final Duration TIME_TO_IMPORT = Duration.ofSeconds(20);

  private final Function<String, FindingStore> open;
  private final CertificateTags tags;
  private final Pause pause;

  /**
   * @param open opens the findings of an account. Called only if they are wanted: the SDK's classes
   *     are large, and would slow each cold start
   */
  SecurityHubFindings(Function<String, FindingStore> open, CertificateTags tags, Pause pause) {
    this.open = open;
    this.tags = tags;
    this.pause = pause;
  }

  /** The findings as the function imports them. Makes no client yet. */
  public static SecurityHubFindings with(Clients clients, Pause pause) {
    return new SecurityHubFindings(
        accountId -> FindingStore.of(clients, accountId), CertificateTags.with(clients), pause);
  }

  /**
   * Imports and archives what is due. Never fails: the update says what was not done.
   *
   * @param verdicts on each certificate that IAM has, from a complete listing: the finding of any
   *     other is archived
   * @param annotation what AWS Config shows of a verdict
   * @param judgedAt when the certificates were listed
   */
  public FindingsUpdate bring(
      List<Verdict> verdicts,
      Function<Verdict, String> annotation,
      String accountId,
      Instant judgedAt,
      Deadline deadline) {
    try (FindingStore store = open.apply(accountId)) {
      List<StoredFinding> shown = store.readActive(deadline);
      FindingTags read = FindingTags.read(verdicts, tags, deadline.earlierBy(TIME_TO_IMPORT));
      List<Finding> current =
          verdicts.stream()
              .map(one -> Finding.of(one, annotation.apply(one), accountId, read.of(one)))
              .toList();
      return send(store, DueFindings.of(current, shown, judgedAt), deadline).with(read.problem());
    } catch (AwsCallException e) {
      return FindingsUpdate.failed(e.getMessage() + HEALS);
    }
  }

  /** Sends every batch, even after one fails, and sends again what Security Hub did not import. */
  private FindingsUpdate send(FindingStore store, List<StoredFinding> due, Deadline deadline) {
    Map<StoredFinding, String> failed = new LinkedHashMap<>();
    List<StoredFinding> imported = new ArrayList<>();
    List<StoredFinding> pending = due;
    for (int round = 0; !pending.isEmpty() && pausedBefore(round, deadline); round++) {
      List<StoredFinding> refused = new ArrayList<>();
      for (List<StoredFinding> batch : batches(pending)) {
        try {
          Map<String, String> reasons = store.importBatch(batch, deadline);
          for (StoredFinding one : batch) {
            String reason = reasons.get(one.finding().id());
            if (reason == null) {
              failed.remove(one);
              imported.add(one);
            } else {
              failed.put(one, reason);
              refused.add(one);
            }
          }
        } catch (AwsCallException e) {
          // The SDK has repeated the call already.
          batch.forEach(one -> failed.put(one, e.getMessage()));
        }
      }
      pending = refused;
    }
    int archived = Math.toIntExact(imported.stream().filter(StoredFinding::isArchived).count());
    return new FindingsUpdate(imported.size() - archived, archived, problem(failed, due.size()));
  }

  /** What was not imported and why, each reason once. */
  private static Optional<String> problem(Map<StoredFinding, String> failed, int due) {
    if (failed.isEmpty()) {
      return Optional.empty();
    }
    String reasons = failed.values().stream().distinct().limit(NAMED_AT_MOST).collect(joining(" "));
    String named =
        failed.keySet().stream()
            .limit(NAMED_AT_MOST)
            .map(one -> one.finding().certificateArn())
            .collect(joining(", "));
    String more =
        failed.size() > NAMED_AT_MOST ? " and " + (failed.size() - NAMED_AT_MOST) + " more" : "";
    return Optional.of(
        reasons
            + " "
            + failed.size()
            + " of "
            + due
            + " findings not imported into Security Hub: "
            + named
            + more
            + "."
            + HEALS);
  }

  /** False if there were rounds enough, if no time is left, or if the thread was interrupted. */
  private boolean pausedBefore(int round, Deadline deadline) {
    // The SDK's attempt 1 is the first one, which has no pause before it.
    return round == 0
        || (round < ROUNDS && pause.within(deadline, BACKOFF.computeDelay(round + 1)));
  }

  private static List<List<StoredFinding>> batches(List<StoredFinding> findings) {
    return findings.stream().gather(Gatherers.windowFixed(FindingStore.BATCH_SIZE)).toList();
  }
}
