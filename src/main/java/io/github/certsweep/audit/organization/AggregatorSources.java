package io.github.certsweep.audit.organization;

import io.github.certsweep.audit.organization.report.MissingAccount.Reason;
import io.github.certsweep.audit.organization.report.OrganizationParameters;
import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.input.InvalidInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.config.model.AccountAggregationSource;
import software.amazon.awssdk.services.config.model.AggregatedSourceStatus;
import software.amazon.awssdk.services.config.model.AggregatedSourceStatusType;
import software.amazon.awssdk.services.config.model.AggregatedSourceType;
import software.amazon.awssdk.services.config.model.ConfigurationAggregator;
import software.amazon.awssdk.services.config.model.DescribeConfigurationAggregatorSourcesStatusRequest;
import software.amazon.awssdk.services.config.model.DescribeConfigurationAggregatorSourcesStatusResponse;
import software.amazon.awssdk.services.config.model.DescribeConfigurationAggregatorsRequest;
import software.amazon.awssdk.services.config.model.DescribeConfigurationAggregatorsResponse;
import software.amazon.awssdk.services.config.model.NoSuchConfigurationAggregatorException;

/** What an aggregator collects from, and where that does not work. Thread-safe. */
final class AggregatorSources {
  private static final AwsCall DESCRIBE = new AwsCall("config:DescribeConfigurationAggregators");
  private static final AwsCall STATUS =
      new AwsCall("config:DescribeConfigurationAggregatorSourcesStatus");

  /** The most that AWS Config allows, of both calls. */
  private static final int PAGE_SIZE = 100;

  /**
   * An aggregator has a status for each account and region. If AWS Config filters them only after
   * it has cut the pages, an organization of 10,000 accounts has 1,700 pages.
   */
  private static final int STATUS_PAGES = 150;

  private final ConfigClient config;
  private final OrganizationParameters parameters;
  private final Pages pages;

  AggregatorSources(ConfigClient config, OrganizationParameters parameters, Pages pages) {
    this.config = config;
    this.parameters = parameters;
    this.pages = pages;
  }

  /**
   * The aggregator.
   *
   * @throws InvalidInputException if there is none of this name; it names those that there are
   * @throws AwsCallException if that can't be told
   */
  Aggregator find() {
    DescribeConfigurationAggregatorsResponse answer;
    try {
      answer =
          pages.single(
              DESCRIBE,
              limit ->
                  config.describeConfigurationAggregators(
                      DescribeConfigurationAggregatorsRequest.builder()
                          .configurationAggregatorNames(parameters.aggregator())
                          .overrideConfiguration(limit)
                          .build()));
    } catch (AwsCallException e) {
      throw e.getCause() instanceof NoSuchConfigurationAggregatorException ? notFound() : e;
    }
    List<ConfigurationAggregator> found = answer.configurationAggregators();
    DESCRIBE.require(
        found.size() == 1
            && parameters.aggregator().equals(found.getFirst().configurationAggregatorName()),
        "The answer does not contain the aggregator that was asked for.");
    return toAggregator(found.getFirst());
  }

  private static Aggregator toAggregator(ConfigurationAggregator found) {
    Set<String> accounts = new HashSet<>();
    Set<String> regions = new TreeSet<>();
    boolean allRegions = false;
    for (AccountAggregationSource source : found.accountAggregationSources()) {
      accounts.addAll(source.accountIds());
      regions.addAll(source.awsRegions());
      allRegions |= Boolean.TRUE.equals(source.allAwsRegions());
    }
    boolean organization = found.organizationAggregationSource() != null;
    if (organization) {
      regions.addAll(found.organizationAggregationSource().awsRegions());
      allRegions |= Boolean.TRUE.equals(found.organizationAggregationSource().allAwsRegions());
    }
    DESCRIBE.require(
        organization || !accounts.isEmpty(), "The aggregator in the answer has no sources.");
    return new Aggregator(organization, accounts, allRegions ? Set.of() : regions);
  }

  /** The error for a name that does not exist. */
  InvalidInputException notFound() {
    return new InvalidInputException(
        "The calling account has no aggregator "
            + InvalidInputException.quote(parameters.aggregator())
            + " in "
            + parameters.region()
            + ". "
            + others()
            + " Correct --aggregator, --region, or the credentials.");
  }

  private String others() {
    Set<String> names = new TreeSet<>();
    try {
      pages.read(
          DESCRIBE,
          (token, limit) ->
              config.describeConfigurationAggregators(
                  DescribeConfigurationAggregatorsRequest.builder()
                      .limit(PAGE_SIZE)
                      .nextToken(token.orElse(null))
                      .overrideConfiguration(limit)
                      .build()),
          DescribeConfigurationAggregatorsResponse::nextToken,
          page -> {
            page.configurationAggregators()
                .forEach(one -> names.add(one.configurationAggregatorName()));
            return true;
          });
    } catch (AwsCallException e) {
      return "Which ones there are can't be told: " + e.getMessage();
    }
    return names.isEmpty()
        ? "There is none at all."
        : "There are: " + String.join(", ", names) + ".";
  }

  /**
   * The sources that failed or are out of date.
   *
   * @param bad takes each of them
   * @return whether all were read
   * @throws AwsCallException if a page can't be read
   */
  boolean readBad(Consumer<BadSource> bad, Consumer<String> progress) {
    AtomicInteger read = new AtomicInteger();
    return pages.read(
        STATUS,
        (token, limit) ->
            config.describeConfigurationAggregatorSourcesStatus(
                DescribeConfigurationAggregatorSourcesStatusRequest.builder()
                    .configurationAggregatorName(parameters.aggregator())
                    .updateStatus(
                        AggregatedSourceStatusType.FAILED, AggregatedSourceStatusType.OUTDATED)
                    .limit(PAGE_SIZE)
                    .nextToken(token.orElse(null))
                    .overrideConfiguration(limit)
                    .build()),
        DescribeConfigurationAggregatorSourcesStatusResponse::nextToken,
        page -> {
          STATUS.require(
              page.hasAggregatedSourceStatusList(), "The answer contains no list of sources.");
          page.aggregatedSourceStatusList().stream()
              .flatMap(AggregatorSources::toBadSource)
              .forEach(bad);
          progress.accept("Status of the aggregator's sources: page " + read.incrementAndGet());
          return parameters.all() || read.get() < STATUS_PAGES;
        });
  }

  private static Stream<BadSource> toBadSource(AggregatedSourceStatus source) {
    if (source.lastUpdateStatus() == AggregatedSourceStatusType.SUCCEEDED) {
      return Stream.empty();
    }
    STATUS.require(source.sourceId() != null, "A source in the answer has no SourceId.");
    return Stream.of(
        new BadSource(
            source.sourceId(),
            source.sourceType() == AggregatedSourceType.ORGANIZATION,
            Optional.ofNullable(source.awsRegion()),
            source.lastUpdateStatus() == AggregatedSourceStatusType.OUTDATED
                ? Reason.AGGREGATION_OUTDATED
                : Reason.AGGREGATION_FAILED,
            Stream.of(source.lastErrorCode(), source.lastErrorMessage())
                .filter(text -> text != null && !text.isBlank())
                .collect(Collectors.joining(": ")),
            Optional.ofNullable(source.lastUpdateTime())));
  }
}
