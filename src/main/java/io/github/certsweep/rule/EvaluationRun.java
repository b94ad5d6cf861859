package io.github.certsweep.rule;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.certsweep.findings.FindingsUpdate;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one evaluation of the rule found and did: the function's answer and its log line.
 *
 * @param endedAt when everything was reported, or the run gave up
 * @param counts of all certificates; empty if they could not be listed
 * @param recorded how many results Config recorded, cleared ones included
 * @param staleCleared how many results of vanished resources were taken off the dashboard
 * @param batches how many batches of results were sent, retries not counted
 * @param supersededBy when the newer run started whose results Config already shows
 * @param findings what was imported into Security Hub; empty unless that is wanted
 * @param error what was not done, why, and what to do about it, in one line
 */
public record EvaluationRun(
    String ruleName,
    Instant endedAt,
    Outcome outcome,
    Optional<CertificateCounts> counts,
    int recorded,
    int staleCleared,
    int batches,
    Optional<Instant> supersededBy,
    Optional<FindingsUpdate> findings,
    Optional<String> error) {

  /** Keeps the line within what the log accepts. */
  private static final int NOTES_AT_MOST = 50;

  /** How a run ended. */
  public enum Outcome {
    /** Every result that was due was recorded. */
    REPORTED,
    /** A trial: Config checked the results and recorded nothing. */
    TESTED,
    /** A newer run had reported already, so this one reported nothing. */
    SUPERSEDED,
    /** Something could not be done; {@link EvaluationRun#error} says what. */
    FAILED
  }

  /** A run that ended before anything was sent. */
  static EvaluationRun failed(
      RuleEvent event, Instant at, Optional<CertificateCounts> counts, String error) {
    return new EvaluationRun(
        event.ruleName(),
        at,
        Outcome.FAILED,
        counts,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.of(error));
  }

  static EvaluationRun superseded(
      RuleEvent event, Instant at, CertificateCounts counts, Instant newer) {
    return new EvaluationRun(
        event.ruleName(),
        at,
        Outcome.SUPERSEDED,
        Optional.of(counts),
        0,
        0,
        0,
        Optional.of(newer),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * A run whose results were sent; failed if any was not recorded or if {@code problem} is present.
   */
  static EvaluationRun sent(
      RuleEvent event,
      Instant at,
      CertificateCounts counts,
      Delivery delivery,
      Optional<String> problem) {
    Optional<String> error = joined(problem, delivery.problem());
    Outcome outcome =
        error.isPresent() ? Outcome.FAILED : event.testMode() ? Outcome.TESTED : Outcome.REPORTED;
    return new EvaluationRun(
        event.ruleName(),
        at,
        outcome,
        Optional.of(counts),
        event.testMode() ? 0 : delivery.recorded().size(),
        event.testMode() ? 0 : delivery.staleCleared(),
        delivery.batches(),
        Optional.empty(),
        Optional.empty(),
        error);
  }

  /** The same run after its findings were imported; failed if any was not. */
  EvaluationRun with(FindingsUpdate update, Instant at) {
    return new EvaluationRun(
        ruleName,
        at,
        update.problem().isPresent() ? Outcome.FAILED : outcome,
        counts,
        recorded,
        staleCleared,
        batches,
        supersededBy,
        Optional.of(update),
        joined(error, update.problem()));
  }

  private static Optional<String> joined(Optional<String> first, Optional<String> second) {
    return Stream.concat(first.stream(), second.stream()).reduce((one, other) -> one + " " + other);
  }

  /**
   * The function's answer: {@code {"configRuleName": ..., "outcome": ..., "certificates": ...,
   * ...}}.
   */
  public JsonObject summary() {
    JsonObject summary = new JsonObject();
    summary.addProperty("configRuleName", ruleName);
    summary.addProperty("outcome", outcome.name());
    counts.ifPresent(count -> addCounts(summary, count));
    summary.addProperty("recorded", recorded);
    summary.addProperty("staleCleared", staleCleared);
    summary.addProperty("batches", batches);
    findings.ifPresent(update -> {
      summary.addProperty("findingsImported", update.imported());
      summary.addProperty("findingsArchived", update.archived());
    });
    supersededBy.ifPresent(newer -> summary.addProperty("supersededBy", newer.toString()));
    error.ifPresent(text -> summary.addProperty("error", text));
    return summary;
  }

  private static void addCounts(JsonObject summary, CertificateCounts counts) {
    summary.addProperty("certificates", counts.total());
    summary.addProperty("compliant", counts.valid());
    summary.addProperty("nonCompliant", counts.nonCompliant());
    summary.addProperty("expired", counts.expired());
    summary.addProperty("expiring", counts.expiring());
    summary.addProperty("unknown", counts.unknown());
    counts
        .daysToNextExpiration()
        .ifPresent(days -> summary.addProperty("daysToNextExpiration", days));
    counts
        .exceptions()
        .ifPresent(exceptions -> {
          summary.addProperty("exceptions", exceptions.inForce());
          summary.addProperty("exceptionsUnread", exceptions.unread());
        });
    counts
        .usage()
        .ifPresent(usage -> {
          summary.addProperty("expiredInUse", usage.expiredInUse());
          summary.addProperty("usageChecksFailed", usage.checksFailed());
          if (!usage.notes().isEmpty()) {
            JsonArray notes = new JsonArray();
            usage.notes().stream().limit(NOTES_AT_MOST).forEach(notes::add);
            summary.add("usageNotes", notes);
          }
        });
  }

  /**
   * The one line that the run writes to the log: the summary with all figures and, beside it, the
   * metrics that an alarm reads. A trial and a superseded run have no metrics, since their numbers
   * would mix with those of other runs. A run of which Config recorded nothing does not count as
   * one that has reported.
   */
  public String logLine(Alarms alarms) {
    JsonObject line = new JsonObject();
    if (outcome == Outcome.REPORTED || outcome == Outcome.FAILED) {
      boolean reported = outcome == Outcome.REPORTED || recorded > 0;
      counts.ifPresent(
          count -> EmbeddedMetrics.addTo(line, ruleName, endedAt, count, reported, alarms));
    }
    line.add("evaluation", summary());
    return line.toString();
  }

  /**
   * Makes a failed run a failed invocation.
   *
   * @throws EvaluationFailedException if the outcome is {@link Outcome#FAILED}: Config shows no
   *     errors of a function, so the function must fail to set off its alarm
   */
  public void throwIfFailed() {
    if (outcome == Outcome.FAILED) {
      throw new EvaluationFailedException(error.orElseThrow());
    }
  }
}
