package io.github.certsweep.audit.organization;

import io.github.certsweep.audit.organization.AggregatedRow.Place;
import io.github.certsweep.audit.organization.report.CertificateResult;
import io.github.certsweep.audit.organization.report.Compliance;
import io.github.certsweep.audit.organization.report.OrganizationParameters;
import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.config.model.AggregateComplianceByConfigRule;
import software.amazon.awssdk.services.config.model.AggregateEvaluationResult;
import software.amazon.awssdk.services.config.model.ComplianceContributorCount;
import software.amazon.awssdk.services.config.model.ComplianceType;
import software.amazon.awssdk.services.config.model.DescribeAggregateComplianceByConfigRulesRequest;
import software.amazon.awssdk.services.config.model.DescribeAggregateComplianceByConfigRulesResponse;
import software.amazon.awssdk.services.config.model.EvaluationResultIdentifier;
import software.amazon.awssdk.services.config.model.EvaluationResultQualifier;
import software.amazon.awssdk.services.config.model.GetAggregateComplianceDetailsByConfigRuleRequest;
import software.amazon.awssdk.services.config.model.GetAggregateComplianceDetailsByConfigRuleResponse;

/** The results of a rule that an aggregator shows at this moment. Thread-safe. */
final class AggregatedResults {
  private static final AwsCall OVERVIEW =
      new AwsCall("config:DescribeAggregateComplianceByConfigRules");
  private static final AwsCall DETAILS =
      new AwsCall("config:GetAggregateComplianceDetailsByConfigRule");

  /** The most that AWS Config allows. */
  private static final int ROWS_IN_A_PAGE = 1000;

  /** The most that AWS Config allows. */
  private static final int RESULTS_IN_A_PAGE = 100;

  private final ConfigClient config;
  private final OrganizationParameters parameters;
  private final Pages pages;

  AggregatedResults(ConfigClient config, OrganizationParameters parameters, Pages pages) {
    this.config = config;
    this.parameters = parameters;
    this.pages = pages;
  }

  /**
   * The rule in every account and region where it has results. Without timestamps: AWS Config gives
   * none.
   *
   * @throws AwsCallException if any page can't be read: who is not in it is not known to be
   *     compliant
   */
  Collection<AggregatedRow> overview(Consumer<String> progress) {
    Map<Place, AggregatedRow> rows = new LinkedHashMap<>();
    pages.read(
        OVERVIEW,
        (token, limit) ->
            config.describeAggregateComplianceByConfigRules(
                DescribeAggregateComplianceByConfigRulesRequest.builder()
                    .configurationAggregatorName(parameters.aggregator())
                    .filters(filters -> filters.configRuleName(parameters.rule()))
                    .limit(ROWS_IN_A_PAGE)
                    .nextToken(token.orElse(null))
                    .overrideConfiguration(limit)
                    .build()),
        DescribeAggregateComplianceByConfigRulesResponse::nextToken,
        page -> {
          OVERVIEW.require(
              page.hasAggregateComplianceByConfigRules(), "The answer contains no list of rules.");
          for (AggregateComplianceByConfigRule one : page.aggregateComplianceByConfigRules()) {
            AggregatedRow row = toRow(one);
            rows.merge(row.place(), row, AggregatedRow::worse);
          }
          progress.accept(
              String.format(Locale.ROOT, "Results of %,d accounts and regions", rows.size()));
          return true;
        });
    return rows.values();
  }

  private AggregatedRow toRow(AggregateComplianceByConfigRule rule) {
    OVERVIEW.require(
        parameters.rule().equals(rule.configRuleName()),
        "The answer contains another rule than the one that was asked for.");
    OVERVIEW.require(
        rule.compliance() != null && rule.compliance().complianceTypeAsString() != null,
        "A rule in the answer has no ComplianceType.");
    Compliance compliance = Compliance.of(rule.compliance().complianceTypeAsString());
    int announced =
        compliance == Compliance.NON_COMPLIANT
            ? Optional.ofNullable(rule.compliance().complianceContributorCount())
                .map(ComplianceContributorCount::cappedCount)
                .orElse(0)
            : 0;
    return new AggregatedRow(
        new Place(
            present(OVERVIEW, "AccountId", rule.accountId()),
            present(OVERVIEW, "AwsRegion", rule.awsRegion())),
        compliance,
        announced);
  }

  /**
   * The single results of one account in one region: all of them, or only what is flagged.
   *
   * @throws AwsCallException if any page can't be read, or if nothing is flagged where the overview
   *     says that something is
   */
  List<CertificateResult> details(AggregatedRow row) {
    List<CertificateResult> results = new ArrayList<>();
    pages.read(
        DETAILS,
        (token, limit) ->
            config.getAggregateComplianceDetailsByConfigRule(
                GetAggregateComplianceDetailsByConfigRuleRequest.builder()
                    .configurationAggregatorName(parameters.aggregator())
                    .configRuleName(parameters.rule())
                    .accountId(row.place().account())
                    .awsRegion(row.place().region())
                    .complianceType(parameters.all() ? null : ComplianceType.NON_COMPLIANT)
                    .limit(RESULTS_IN_A_PAGE)
                    .nextToken(token.orElse(null))
                    .overrideConfiguration(limit)
                    .build()),
        GetAggregateComplianceDetailsByConfigRuleResponse::nextToken,
        page -> {
          DETAILS.require(
              page.hasAggregateEvaluationResults(), "The answer contains no list of results.");
          page.aggregateEvaluationResults().forEach(one -> results.add(toResult(one, row.place())));
          return true;
        });
    DETAILS.require(
        row.compliance() != Compliance.NON_COMPLIANT
            || results.stream().anyMatch(CertificateResult::isFlagged),
        "The aggregator says that something is NON_COMPLIANT, but lists nothing.");
    return results;
  }

  private static CertificateResult toResult(AggregateEvaluationResult result, Place place) {
    DETAILS.require(
        place.account().equals(result.accountId()) && place.region().equals(result.awsRegion()),
        "The answer contains a result of another account or region.");
    EvaluationResultIdentifier identifier =
        present(DETAILS, "EvaluationResultIdentifier", result.evaluationResultIdentifier());
    EvaluationResultQualifier qualifier =
        present(DETAILS, "EvaluationResultQualifier", identifier.evaluationResultQualifier());
    return new CertificateResult(
        present(DETAILS, "ResourceType", qualifier.resourceType()),
        present(DETAILS, "ResourceId", qualifier.resourceId()),
        Compliance.of(present(DETAILS, "ComplianceType", result.complianceTypeAsString())),
        Optional.ofNullable(result.annotation()),
        present(DETAILS, "OrderingTimestamp", identifier.orderingTimestamp()));
  }

  private static <T> T present(AwsCall call, String member, T value) {
    call.require(value != null, "A result in the answer has no " + member + ".");
    return value;
  }
}
