package io.github.certsweep.rule;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.config.model.PutEvaluationsRequest;
import software.amazon.awssdk.services.config.model.PutEvaluationsResponse;

/** Sends evaluations to AWS Config. Thread-safe; keeps nothing between calls. */
final class EvaluationReporter {
  private static final AwsCall PUT = new AwsCall("config:PutEvaluations");

  /** The most that Config takes in one call. */
  private static final int BATCH_SIZE = 100;

  /** How often at most an evaluation is sent that Config returns in {@code FailedEvaluations}. */
  private static final int ROUNDS = 4;

  /** Half to all of 0.5, 1 and 2 seconds: even the shortest pause gives Config some time. */
  private static final BackoffStrategy BACKOFF =
      BackoffStrategy.exponentialDelayHalfJitter(Duration.ofMillis(500), Duration.ofSeconds(5));

  private final ConfigClient config;
  private final Pause pause;

  EvaluationReporter(ConfigClient config, Pause pause) {
    this.config = config;
    this.pause = pause;
  }

  /**
   * Sends every batch, even after one fails. What Config returns as failed is sent again in up to
   * three more rounds, while there is time. What the SDK could not deliver with its own retries is
   * not sent again.
   */
  Delivery send(List<Evaluation> evaluations, RuleEvent event, Deadline deadline) {
    List<Evaluation> recorded = new ArrayList<>();
    List<Evaluation> lost = new ArrayList<>();
    Set<String> reasons = new LinkedHashSet<>();
    List<Evaluation> pending = evaluations;
    int round = 0;
    while (!pending.isEmpty() && round < ROUNDS && pausedAfter(round, deadline)) {
      round++;
      List<Evaluation> failed = new ArrayList<>();
      for (List<Evaluation> batch : batches(pending)) {
        try {
          List<Evaluation> refused = sendBatch(batch, event, deadline);
          failed.addAll(refused);
          batch.stream().filter(one -> !refused.contains(one)).forEach(recorded::add);
        } catch (AwsCallException e) {
          lost.addAll(batch);
          reasons.add(e.getMessage().replace(event.resultToken(), "(token)"));
        }
      }
      pending = failed;
    }
    if (!pending.isEmpty()) {
      lost.addAll(pending);
      String times = round == 1 ? "once" : round + " times";
      reasons.add(
          PUT.name()
              + " answered with FailedEvaluations "
              + times
              + " in a row. Start the rule again.");
    }
    return new Delivery(batches(evaluations).size(), recorded, lost, List.copyOf(reasons));
  }

  /** Sends one batch and returns what Config says it did not record. */
  private List<Evaluation> sendBatch(List<Evaluation> batch, RuleEvent event, Deadline deadline) {
    PutEvaluationsResponse response =
        PUT.make(
            deadline,
            limit ->
                config.putEvaluations(
                    PutEvaluationsRequest.builder()
                        .resultToken(event.resultToken())
                        .testMode(event.testMode())
                        .evaluations(
                            batch.stream().map(evaluation -> toRequest(evaluation, event)).toList())
                        .overrideConfiguration(limit)
                        .build()));
    Set<Resource> failed =
        response.failedEvaluations().stream()
            .map(failure ->
                new Resource(failure.complianceResourceType(), failure.complianceResourceId()))
            .collect(Collectors.toSet());
    List<Evaluation> unrecorded =
        batch.stream().filter(evaluation -> failed.contains(evaluation.resource())).toList();
    // A failure that names no evaluation of the batch may be any of them; sending twice is
    // harmless.
    return unrecorded.size() < failed.size() ? batch : unrecorded;
  }

  private static software.amazon.awssdk.services.config.model.Evaluation toRequest(
      Evaluation evaluation, RuleEvent event) {
    return software.amazon.awssdk.services.config.model.Evaluation.builder()
        .complianceResourceType(evaluation.resource().type())
        .complianceResourceId(evaluation.resource().id())
        .complianceType(evaluation.compliance())
        .annotation(evaluation.annotation())
        .orderingTimestamp(event.createdAt())
        .build();
  }

  /** False if there is no time for another round, or if the thread was interrupted. */
  private boolean pausedAfter(int round, Deadline deadline) {
    if (round == 0) {
      return true;
    }
    // The SDK's attempt 1 is the first one, which has no pause before it.
    return pause.within(deadline, BACKOFF.computeDelay(round + 1));
  }

  private static List<List<Evaluation>> batches(List<Evaluation> evaluations) {
    return evaluations.stream().gather(Gatherers.windowFixed(BATCH_SIZE)).toList();
  }
}
