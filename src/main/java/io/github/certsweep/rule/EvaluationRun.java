package io.github.certsweep.rule;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.Optional;

/**
 * What one evaluation of the rule found and did: the function's answer and its log line.
 *
 * @param judgedAt when the certificates were judged
 * @param counts of all certificates; empty if they could not be listed
 * @param recorded how many results Config took, cleared ones included
 * @param staleCleared how many results of vanished resources were taken off the dashboard
 * @param batches how many batches of results were sent, retries not counted
 * @param supersededBy when the newer run was started whose results Config shows already
 * @param error what was not done, why, and what to do about it, in one line
 */
public record EvaluationRun(
    String ruleName,
    Instant judgedAt,
    Outcome outcome,
    Optional<CertificateCounts> counts,
    int recorded,
    int staleCleared,
    int batches,
    Optional<Instant> supersededBy,
    Optional<String> error) {

  /** So that the line stays one that the log takes. */
  private static final int NOTES_AT_MOST = 50;

  /** How a run ended. */
  public enum Outcome {
    /** Every result was recorded. */
    REPORTED,
    /** A trial: Config checked the results and, as asked, recorded nothing. */
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
    Optional<String> lost = delivery.problem();
    Optional<String> error =
        problem.isPresent() && lost.isPresent()
            ? Optional.of(problem.get() + " " + lost.get())
            : problem.isPresent() ? problem : lost;
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
        error);
  }

  /**
   * The function's answer: {@code {"configRuleName": ..., "outcome": ..., "certificates": ...,
   * ...}}.
   */
  public JsonObject summary() {
    JsonObject summary = new JsonObject();
    summary.addProperty("configRuleName", ruleName);
    summary.addProperty("outcome", outcome.name());
    if (counts.isPresent()) {
      addCounts(summary, counts.get());
    }
    summary.addProperty("recorded", recorded);
    summary.addProperty("staleCleared", staleCleared);
    summary.addProperty("batches", batches);
    if (supersededBy.isPresent()) {
      summary.addProperty("supersededBy", supersededBy.get().toString());
    }
    if (error.isPresent()) {
      summary.addProperty("error", error.get());
    }
    return summary;
  }

  private static void addCounts(JsonObject summary, CertificateCounts counts) {
    summary.addProperty("certificates", counts.total());
    summary.addProperty("compliant", counts.valid());
    summary.addProperty("nonCompliant", counts.nonCompliant());
    summary.addProperty("expired", counts.expired());
    summary.addProperty("expiring", counts.expiring());
    summary.addProperty("unknown", counts.unknown());
    if (counts.usage().isPresent()) {
      CertificateCounts.Usage usage = counts.usage().get();
      summary.addProperty("expiredInUse", usage.expiredInUse());
      summary.addProperty("usageChecksFailed", usage.checksFailed());
      if (!usage.notes().isEmpty()) {
        JsonArray notes = new JsonArray();
        usage.notes().stream().limit(NOTES_AT_MOST).forEach(notes::add);
        summary.add("usageNotes", notes);
      }
    }
  }

  /**
   * The one line that the run leaves in the log: the summary and, beside it, the metrics. A run
   * that was a trial or superseded has no metrics: its numbers would stand beside the newer run's.
   */
  public String logLine() {
    JsonObject line = new JsonObject();
    boolean isNews = outcome == Outcome.REPORTED || outcome == Outcome.FAILED;
    if (isNews && counts.isPresent()) {
      EmbeddedMetrics.addTo(line, ruleName, judgedAt, counts.get());
    }
    line.add("evaluation", summary());
    return line.toString();
  }

  /**
   * Makes a failed run a failed invocation.
   *
   * @throws EvaluationFailedException if the outcome is {@link Outcome#FAILED}: Config shows nobody
   *     a function's error, so the function has to fail for the alarm on it to go off
   */
  public void throwIfFailed() {
    if (outcome == Outcome.FAILED) {
      throw new EvaluationFailedException(error.orElseThrow());
    }
  }
}
