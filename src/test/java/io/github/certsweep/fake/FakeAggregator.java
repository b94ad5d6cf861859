package io.github.certsweep.fake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.config.model.AccountAggregationSource;
import software.amazon.awssdk.services.config.model.AggregateComplianceByConfigRule;
import software.amazon.awssdk.services.config.model.AggregateEvaluationResult;
import software.amazon.awssdk.services.config.model.AggregatedSourceStatus;
import software.amazon.awssdk.services.config.model.AggregatedSourceStatusType;
import software.amazon.awssdk.services.config.model.AggregatedSourceType;
import software.amazon.awssdk.services.config.model.ComplianceType;
import software.amazon.awssdk.services.config.model.ConfigurationAggregator;
import software.amazon.awssdk.services.config.model.DescribeAggregateComplianceByConfigRulesRequest;
import software.amazon.awssdk.services.config.model.DescribeAggregateComplianceByConfigRulesResponse;
import software.amazon.awssdk.services.config.model.DescribeConfigurationAggregatorSourcesStatusRequest;
import software.amazon.awssdk.services.config.model.DescribeConfigurationAggregatorSourcesStatusResponse;
import software.amazon.awssdk.services.config.model.DescribeConfigurationAggregatorsRequest;
import software.amazon.awssdk.services.config.model.DescribeConfigurationAggregatorsResponse;
import software.amazon.awssdk.services.config.model.GetAggregateComplianceDetailsByConfigRuleRequest;
import software.amazon.awssdk.services.config.model.GetAggregateComplianceDetailsByConfigRuleResponse;

/** The aggregators of one account, one of which shows one rule in many accounts. Thread-safe. */
public final class FakeAggregator implements ConfigClient {
  public static final String NAME = "all-accounts";
  public static final String RULE = "iam-server-certificate-expiration";
  public static final String REGION = "eu-west-1";
  private static final String CERTIFICATE = "AWS::IAM::ServerCertificate";

  public static final Instant ORDERED = Instant.parse("2026-11-23T03:00:00Z");

  private final Map<String, ConfigurationAggregator> aggregators = new LinkedHashMap<>();
  private final List<AggregateComplianceByConfigRule> rules = new ArrayList<>();
  private final Map<String, List<AggregateEvaluationResult>> results = new HashMap<>();
  private final List<AggregatedSourceStatus> statuses = new ArrayList<>();
  private final Map<String, Supplier<RuntimeException>> failures = new HashMap<>();
  private final AtomicInteger details = new AtomicInteger();
  private int firstThrottled = Integer.MAX_VALUE;
  private int lastThrottled;
  private int emptyPages;
  private String repeatedToken;

  /** What was asked, by its name and, for details, by account. */
  public final List<String> calls = Collections.synchronizedList(new ArrayList<>());

  public final List<GetAggregateComplianceDetailsByConfigRuleRequest> detailRequests =
      Collections.synchronizedList(new ArrayList<>());

  public FakeAggregator() {
    with(NAME, one -> one.organizationAggregationSource(source -> source.allAwsRegions(true)));
  }

  /** Adds an aggregator, or changes the sources of the one that there is. */
  public FakeAggregator with(String name, Consumer<ConfigurationAggregator.Builder> sources) {
    aggregators.put(
        name,
        ConfigurationAggregator.builder()
            .configurationAggregatorName(name)
            .applyMutation(sources)
            .build());
    return this;
  }

  /** Collects from these accounts alone, in one region. */
  public FakeAggregator collectingFrom(String region, String... accounts) {
    AccountAggregationSource source =
        AccountAggregationSource.builder().accountIds(accounts).awsRegions(region).build();
    return with(NAME, one -> one.accountAggregationSources(source));
  }

  public FakeAggregator compliant(String account, String region) {
    return showing(account, region, ComplianceType.COMPLIANT)
        .result(account, region, "valid", ComplianceType.COMPLIANT, "Valid until 2030.", ORDERED);
  }

  /** An account with one flagged certificate. */
  public FakeAggregator flagged(String account, String region, String certificate, String text) {
    return showing(account, region, ComplianceType.NON_COMPLIANT)
        .result(account, region, certificate, ComplianceType.NON_COMPLIANT, text, ORDERED);
  }

  /** Shows the rule in the overview, without results. */
  public FakeAggregator showing(String account, String region, ComplianceType compliance) {
    rules.add(
        AggregateComplianceByConfigRule.builder()
            .accountId(account)
            .awsRegion(region)
            .configRuleName(RULE)
            .compliance(overall ->
                overall
                    .complianceType(compliance)
                    .complianceContributorCount(
                        compliance == ComplianceType.NON_COMPLIANT
                            ? count -> count.cappedCount(1).capExceeded(false)
                            : count -> {}))
            .build());
    return this;
  }

  public FakeAggregator result(
      String account,
      String region,
      String certificate,
      ComplianceType compliance,
      String annotation,
      Instant orderedAt) {
    return result(account, region, CERTIFICATE, certificate, compliance, annotation, orderedAt);
  }

  /** Shows an account that has no certificate, as the rule reports it. */
  public FakeAggregator emptyAccount(String account, String region) {
    return showing(account, region, ComplianceType.COMPLIANT)
        .result(
            account,
            region,
            "AWS::::Account",
            account,
            ComplianceType.COMPLIANT,
            "No server certificates.",
            ORDERED);
  }

  private FakeAggregator result(
      String account,
      String region,
      String type,
      String id,
      ComplianceType compliance,
      String annotation,
      Instant orderedAt) {
    results
        .computeIfAbsent(account + " " + region, key -> new ArrayList<>())
        .add(
            AggregateEvaluationResult.builder()
                .accountId(account)
                .awsRegion(region)
                .complianceType(compliance)
                .annotation(annotation)
                .evaluationResultIdentifier(identifier ->
                    identifier
                        .orderingTimestamp(orderedAt)
                        .evaluationResultQualifier(qualifier ->
                            qualifier.configRuleName(RULE).resourceType(type).resourceId(id)))
                .build());
    return this;
  }

  public FakeAggregator source(
      String id, AggregatedSourceType type, String region, AggregatedSourceStatusType status) {
    statuses.add(
        AggregatedSourceStatus.builder()
            .sourceId(id)
            .sourceType(type)
            .awsRegion(region)
            .lastUpdateStatus(status)
            .lastUpdateTime(ORDERED)
            .lastErrorCode("TemporarilyUnavailable")
            .lastErrorMessage("Try\nlater.")
            .build());
    return this;
  }

  /** Throws this at each call of this name; for details, the name and the account. */
  public FakeAggregator failing(String call, Supplier<RuntimeException> failure) {
    failures.put(call, failure);
    return this;
  }

  /** From here on this call fails no more. */
  public void answering(String call) {
    failures.remove(call);
  }

  /** Throttles these calls for details: the first of them (1 is the first), and how many. */
  public FakeAggregator throttlingDetails(int first, int calls) {
    firstThrottled = first;
    lastThrottled = first + calls - 1;
    return this;
  }

  /** Begins each listing with this many pages that are empty and go on. */
  public FakeAggregator beginningWithEmptyPages(int pages) {
    emptyPages = pages;
    return this;
  }

  /** Announces the same next page with every answer. */
  public FakeAggregator repeatingToken(String token) {
    repeatedToken = token;
    return this;
  }

  public long count(String call) {
    return calls.stream().filter(one -> one.startsWith(call)).count();
  }

  @Override
  public DescribeAggregateComplianceByConfigRulesResponse describeAggregateComplianceByConfigRules(
      DescribeAggregateComplianceByConfigRulesRequest request) {
    answer("overview");
    requireAggregator(request.configurationAggregatorName());
    List<AggregateComplianceByConfigRule> shown =
        rules.stream()
            .filter(one -> one.configRuleName().equals(request.filters().configRuleName()))
            .toList();
    Page<AggregateComplianceByConfigRule> page = page(shown, request.nextToken(), request.limit());
    return DescribeAggregateComplianceByConfigRulesResponse.builder()
        .aggregateComplianceByConfigRules(page.items())
        .nextToken(page.next())
        .build();
  }

  @Override
  public GetAggregateComplianceDetailsByConfigRuleResponse
      getAggregateComplianceDetailsByConfigRule(
          GetAggregateComplianceDetailsByConfigRuleRequest request) {
    detailRequests.add(request);
    int number = details.incrementAndGet();
    answer("details " + request.accountId());
    if (number >= firstThrottled && number <= lastThrottled) {
      throw World.configError(400, "ThrottlingException", "Rate exceeded");
    }
    requireAggregator(request.configurationAggregatorName());
    List<AggregateEvaluationResult> shown =
        results.getOrDefault(request.accountId() + " " + request.awsRegion(), List.of()).stream()
            .filter(one ->
                request.complianceType() == null
                    || one.complianceType() == request.complianceType())
            .toList();
    Page<AggregateEvaluationResult> page = page(shown, request.nextToken(), request.limit());
    return GetAggregateComplianceDetailsByConfigRuleResponse.builder()
        .aggregateEvaluationResults(page.items())
        .nextToken(page.next())
        .build();
  }

  @Override
  public DescribeConfigurationAggregatorsResponse describeConfigurationAggregators(
      DescribeConfigurationAggregatorsRequest request) {
    answer("aggregators");
    request.configurationAggregatorNames().forEach(this::requireAggregator);
    List<ConfigurationAggregator> found =
        aggregators.values().stream()
            .filter(one ->
                request.configurationAggregatorNames().isEmpty()
                    || request
                        .configurationAggregatorNames()
                        .contains(one.configurationAggregatorName()))
            .toList();
    return DescribeConfigurationAggregatorsResponse.builder()
        .configurationAggregators(found)
        .build();
  }

  @Override
  public DescribeConfigurationAggregatorSourcesStatusResponse
      describeConfigurationAggregatorSourcesStatus(
          DescribeConfigurationAggregatorSourcesStatusRequest request) {
    answer("sources");
    requireAggregator(request.configurationAggregatorName());
    List<AggregatedSourceStatus> shown =
        statuses.stream()
            .filter(one -> request.updateStatus().contains(one.lastUpdateStatus()))
            .toList();
    Page<AggregatedSourceStatus> page = page(shown, request.nextToken(), request.limit());
    return DescribeConfigurationAggregatorSourcesStatusResponse.builder()
        .aggregatedSourceStatusList(page.items())
        .nextToken(page.next())
        .build();
  }

  private void answer(String call) {
    calls.add(call);
    Supplier<RuntimeException> failure = failures.get(call);
    if (failure != null) {
      throw failure.get();
    }
  }

  private void requireAggregator(String name) {
    if (!aggregators.containsKey(name)) {
      throw World.configError(
          400,
          "NoSuchConfigurationAggregatorException",
          "The configuration aggregator does not exist.");
    }
  }

  private record Page<T>(List<T> items, String next) {}

  private <T> Page<T> page(List<T> all, String token, int limit) {
    if (repeatedToken != null) {
      return new Page<>(all.subList(0, Math.min(limit, all.size())), repeatedToken);
    }
    int number = token == null ? 0 : Integer.parseInt(token);
    if (number < emptyPages) {
      return new Page<>(List.of(), String.valueOf(number + 1));
    }
    int start = (number - emptyPages) * limit;
    int end = Math.min(start + limit, all.size());
    return new Page<>(
        all.subList(start, end), end < all.size() ? String.valueOf(number + 1) : null);
  }

  @Override
  public String serviceName() {
    return "config";
  }

  @Override
  public void close() {}
}
