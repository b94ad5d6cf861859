package io.github.certsweep.audit;

import io.github.certsweep.audit.organization.report.OrganizationParameters;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of an audit of an organization. */
final class OrganizationOptions {
  @Option(
      names = "--aggregator",
      paramLabel = "NAME",
      description =
          "Report on all accounts of this AWS Config aggregator, from the rule's latest results"
              + " there.")
  Optional<String> aggregator = Optional.empty();

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      description =
          "The rule's name in the accounts. Default: " + OrganizationParameters.DEFAULT_RULE + ".")
  private String rule = OrganizationParameters.DEFAULT_RULE;

  @Option(
      names = "--all",
      description = "Read the results of compliant accounts too: at least one call more for each.")
  private boolean all;

  /**
   * What the caller asks for.
   *
   * @throws io.github.certsweep.input.InvalidInputException if a name can't be right
   */
  OrganizationParameters parameters(String region) {
    return new OrganizationParameters(aggregator.orElseThrow(), rule, region, all);
  }
}
