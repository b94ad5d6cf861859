package io.github.certsweep.rule;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.config.model.ComplianceType;
import software.amazon.awssdk.services.config.model.EvaluationResult;
import software.amazon.awssdk.services.config.model.EvaluationResultIdentifier;
import software.amazon.awssdk.services.config.model.EvaluationResultQualifier;
import software.amazon.awssdk.services.config.model.GetComplianceDetailsByConfigRuleRequest;
import software.amazon.awssdk.services.config.model.GetComplianceDetailsByConfigRuleResponse;

/**
 * The results of a rule that AWS Config shows at this moment. Thread-safe; keeps nothing between
 * calls.
 */
final class RecordedResults {
  private static final AwsCall READ = new AwsCall("config:GetComplianceDetailsByConfigRule");

  /** The most that Config allows; without it a page has ten. */
  private static final int PAGE_SIZE = 100;

  private final ConfigClient config;

  RecordedResults(ConfigClient config) {
    this.config = config;
  }

  /**
   * All results shown as COMPLIANT or NON_COMPLIANT.
   *
   * @throws AwsCallException if any page can't be read: what is not known to be shown can't be
   *     cleared, and a newer run could go unseen
   */
  List<RecordedResult> read(String ruleName, Deadline deadline) {
    List<RecordedResult> results = new ArrayList<>();
    Optional<String> token = Optional.empty();
    do {
      GetComplianceDetailsByConfigRuleResponse page = readPage(ruleName, token, deadline);
      READ.require(page.hasEvaluationResults(), "The answer contains no list of results.");
      for (EvaluationResult result : page.evaluationResults()) {
        results.add(toRecorded(result));
      }
      token = READ.nextToken(Optional.ofNullable(page.nextToken()), token);
    } while (token.isPresent());
    return List.copyOf(results);
  }

  private GetComplianceDetailsByConfigRuleResponse readPage(
      String ruleName, Optional<String> token, Deadline deadline) {
    return READ.make(
        deadline,
        limit ->
            config.getComplianceDetailsByConfigRule(
                GetComplianceDetailsByConfigRuleRequest.builder()
                    .configRuleName(ruleName)
                    .complianceTypes(ComplianceType.COMPLIANT, ComplianceType.NON_COMPLIANT)
                    .limit(PAGE_SIZE)
                    .nextToken(token.orElse(null))
                    .overrideConfiguration(limit)
                    .build()));
  }

  private static RecordedResult toRecorded(EvaluationResult result) {
    EvaluationResultIdentifier identifier =
        present("EvaluationResultIdentifier", result.evaluationResultIdentifier());
    EvaluationResultQualifier qualifier =
        present("EvaluationResultQualifier", identifier.evaluationResultQualifier());
    return new RecordedResult(
        new Resource(
            present("ResourceType", qualifier.resourceType()),
            present("ResourceId", qualifier.resourceId())),
        present("ComplianceType", result.complianceType()),
        // Optional in Config's API. Certsweep writes one with every result, so none is a
        // difference.
        Optional.ofNullable(result.annotation()),
        present("OrderingTimestamp", identifier.orderingTimestamp()));
  }

  private static <T> T present(String member, T value) {
    READ.require(value != null, "A result in the answer has no " + member + ".");
    return value;
  }
}
