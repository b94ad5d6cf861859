package io.github.certsweep.fake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.config.model.ComplianceType;
import software.amazon.awssdk.services.config.model.Evaluation;
import software.amazon.awssdk.services.config.model.EvaluationResult;
import software.amazon.awssdk.services.config.model.GetComplianceDetailsByConfigRuleRequest;
import software.amazon.awssdk.services.config.model.GetComplianceDetailsByConfigRuleResponse;
import software.amazon.awssdk.services.config.model.PutEvaluationsRequest;
import software.amazon.awssdk.services.config.model.PutEvaluationsResponse;

/**
 * An AWS Config that keeps the last result of each resource, as Config does, and remembers what it
 * was sent.
 */
public final class FakeConfig implements ConfigClient {
  private final Map<String, EvaluationResult> results = new LinkedHashMap<>();
  private final Map<Integer, Supplier<PutEvaluationsResponse>> putAnswers = new HashMap<>();
  private final Map<String, Integer> timesToFail = new HashMap<>();
  private final Map<Integer, Supplier<RuntimeException>> readFailures = new HashMap<>();
  private final Map<Integer, Supplier<RuntimeException>> lostAnswers = new HashMap<>();
  private Supplier<RuntimeException> readFailure;
  private UnaryOperator<GetComplianceDetailsByConfigRuleResponse.Builder> readAnswer;
  private Runnable beforeReading = () -> {};
  private Runnable beforePutting = () -> {};

  private final List<Evaluation> acknowledged = new ArrayList<>();
  public final List<PutEvaluationsRequest> puts = new ArrayList<>();
  public final List<GetComplianceDetailsByConfigRuleRequest> reads = new ArrayList<>();

  /** Holds this result from an earlier run, without an annotation. */
  public FakeConfig showing(String type, String id, ComplianceType compliance, Instant orderedAt) {
    record(
        Evaluation.builder()
            .complianceResourceType(type)
            .complianceResourceId(id)
            .complianceType(compliance)
            .orderingTimestamp(orderedAt)
            .build());
    return this;
  }

  /**
   * Answers the n-th PutEvaluations (1 is the first) with what the supplier gives or throws;
   * records nothing of it.
   */
  public FakeConfig answeringPut(int number, Supplier<PutEvaluationsResponse> answer) {
    putAnswers.put(number, answer);
    return this;
  }

  /** Records what the n-th PutEvaluations sends, but the answer is lost on its way. */
  public FakeConfig losingAnswerOfPut(int number, Supplier<RuntimeException> failure) {
    lostAnswers.put(number, failure);
    return this;
  }

  /** Reports this resource back as failed this many times before it records it. */
  public FakeConfig failing(String id, int times) {
    timesToFail.put(id, times);
    return this;
  }

  public FakeConfig refusingToRead(Supplier<RuntimeException> failure) {
    readFailure = failure;
    return this;
  }

  /** Answers every reading of results with this, whatever it holds. */
  public FakeConfig answeringRead(
      UnaryOperator<GetComplianceDetailsByConfigRuleResponse.Builder> answer) {
    readAnswer = answer;
    return this;
  }

  /** Refuses the n-th page of old results (1 is the first). */
  public FakeConfig refusingRead(int number, Supplier<RuntimeException> failure) {
    readFailures.put(number, failure);
    return this;
  }

  /** Does this once, before the next read of old results is answered. */
  public FakeConfig beforeReading(Runnable change) {
    beforeReading = change;
    return this;
  }

  /** Does this once, before the next evaluations are recorded. */
  public FakeConfig beforePutting(Runnable change) {
    beforePutting = change;
    return this;
  }

  /** What the dashboard shows: the compliance by resource id. */
  public Map<String, String> dashboard() {
    Map<String, String> shown = new LinkedHashMap<>();
    results.values().stream()
        .filter(result -> result.complianceType() != ComplianceType.NOT_APPLICABLE)
        .forEach(result ->
            shown.put(
                result.evaluationResultIdentifier().evaluationResultQualifier().resourceId(),
                result.complianceTypeAsString()));
    return shown;
  }

  /** All evaluations that were sent, in order, retries included. */
  public List<Evaluation> sent() {
    return puts.stream().flatMap(put -> put.evaluations().stream()).toList();
  }

  /** What it said to have recorded: neither failed nor answered with an error. */
  public List<Evaluation> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** Forgets what it was sent and asked, not what it recorded. */
  public void forgetRequests() {
    puts.clear();
    reads.clear();
    acknowledged.clear();
  }

  /** From here on nothing fails any more. */
  public void answeringEverything() {
    putAnswers.clear();
    lostAnswers.clear();
    timesToFail.clear();
    readFailures.clear();
    readFailure = null;
  }

  @Override
  public PutEvaluationsResponse putEvaluations(PutEvaluationsRequest request) {
    Runnable first = beforePutting;
    beforePutting = () -> {};
    first.run();
    puts.add(request);
    if (putAnswers.containsKey(puts.size())) {
      return putAnswers.get(puts.size()).get();
    }
    List<Evaluation> failed = new ArrayList<>();
    for (Evaluation evaluation : request.evaluations()) {
      String id = evaluation.complianceResourceId();
      if (timesToFail.merge(id, -1, Integer::sum) >= 0) {
        failed.add(evaluation);
      } else if (!Boolean.TRUE.equals(request.testMode())) {
        record(evaluation);
      }
    }
    if (lostAnswers.containsKey(puts.size())) {
      throw lostAnswers.get(puts.size()).get();
    }
    request.evaluations().stream()
        .filter(evaluation -> !failed.contains(evaluation))
        .forEach(acknowledged::add);
    return PutEvaluationsResponse.builder().failedEvaluations(failed).build();
  }

  @Override
  public GetComplianceDetailsByConfigRuleResponse getComplianceDetailsByConfigRule(
      GetComplianceDetailsByConfigRuleRequest request) {
    Runnable first = beforeReading;
    beforeReading = () -> {};
    first.run();
    reads.add(request);
    if (readFailure != null) {
      throw readFailure.get();
    }
    if (readAnswer != null) {
      return readAnswer.apply(GetComplianceDetailsByConfigRuleResponse.builder()).build();
    }
    if (readFailures.containsKey(reads.size())) {
      throw readFailures.get(reads.size()).get();
    }
    Set<ComplianceType> wanted = new HashSet<>(request.complianceTypes());
    List<EvaluationResult> shown =
        results.values().stream()
            .filter(result -> wanted.contains(result.complianceType()))
            .toList();
    int start = request.nextToken() == null ? 0 : Integer.parseInt(request.nextToken());
    int end = Math.min(start + request.limit(), shown.size());
    return GetComplianceDetailsByConfigRuleResponse.builder()
        .evaluationResults(shown.subList(start, end))
        .nextToken(end < shown.size() ? String.valueOf(end) : null)
        .build();
  }

  private void record(Evaluation evaluation) {
    String key = evaluation.complianceResourceType() + " " + evaluation.complianceResourceId();
    results.put(key, toResult(evaluation));
  }

  private static EvaluationResult toResult(Evaluation evaluation) {
    return EvaluationResult.builder()
        .complianceType(evaluation.complianceType())
        .annotation(evaluation.annotation())
        .evaluationResultIdentifier(identifier ->
            identifier
                .orderingTimestamp(evaluation.orderingTimestamp())
                .evaluationResultQualifier(qualifier ->
                    qualifier
                        .resourceType(evaluation.complianceResourceType())
                        .resourceId(evaluation.complianceResourceId())))
        .build();
  }

  @Override
  public String serviceName() {
    return "config";
  }

  @Override
  public void close() {}
}
