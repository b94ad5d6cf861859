package io.github.certsweep.audit.organization.report;

import io.github.certsweep.input.InvalidInputException;
import java.util.regex.Pattern;

/**
 * What the caller asked for.
 *
 * @param aggregator the name of a Config aggregator in the caller's account
 * @param rule the name of the Config rule, the same in all accounts
 * @param region the aggregator's region, for example {@code "eu-west-1"}
 * @param all whether to read the details of compliant accounts too
 */
public record OrganizationParameters(String aggregator, String rule, String region, boolean all) {
  /** The stack's default for its parameter {@code RuleName}. */
  public static final String DEFAULT_RULE = "iam-server-certificate-expiration";

  private static final Pattern AGGREGATOR = Pattern.compile("[\\w-]{1,256}");
  private static final Pattern PLAIN = Pattern.compile("[\\w.-]+");
  private static final int LONGEST_RULE = 128;

  /**
   * Checks the names.
   *
   * @throws InvalidInputException if AWS Config would accept no aggregator or rule of this name
   */
  public OrganizationParameters {
    if (!AGGREGATOR.matcher(aggregator).matches()) {
      throw new InvalidInputException(
          "--aggregator is "
              + InvalidInputException.quote(aggregator)
              + ", which can't be the name of an aggregator. Use a name that `aws configservice"
              + " describe-configuration-aggregators` shows.");
    }
    if (rule.isBlank() || rule.length() > LONGEST_RULE) {
      throw new InvalidInputException(
          "--rule is "
              + InvalidInputException.quote(rule)
              + ", which can't be the name of a Config rule. Use the RuleName of the stacks, by"
              + " default "
              + DEFAULT_RULE
              + ".");
    }
  }

  /** The options that ask for the same again. */
  public String options() {
    return "--aggregator "
        + aggregator
        + " --rule "
        + (PLAIN.matcher(rule).matches() ? rule : "'" + rule.replace("'", "'\\''") + "'")
        + " --region "
        + region
        + (all ? " --all" : "");
  }
}
