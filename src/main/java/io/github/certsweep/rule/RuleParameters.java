package io.github.certsweep.rule;

import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.input.JsonFields;
import java.util.List;
import java.util.Locale;

/**
 * What the operator set in the rule's {@code InputParameters}.
 *
 * @param daysToExpiration a certificate that expires within this many days is NON_COMPLIANT too; 0
 *     to 3650
 * @param checkUsage whether to look up who uses each expired or expiring certificate
 */
public record RuleParameters(int daysToExpiration, boolean checkUsage) {
  public static final RuleParameters DEFAULTS = new RuleParameters(0, true);

  private static final String DAYS = "daysToExpiration";
  private static final String USAGE = "checkUsage";
  private static final int MAX_DAYS = 3650;
  private static final String DAYS_ALLOWED = "a whole number of days from 0 to " + MAX_DAYS;

  public RuleParameters {
    if (daysToExpiration < 0 || daysToExpiration > MAX_DAYS) {
      throw invalid(DAYS, String.valueOf(daysToExpiration), DAYS_ALLOWED);
    }
  }

  /**
   * Reads the {@code ruleParameters} of an event. Blank and absent mean the default.
   *
   * @param json a JSON object as text; may be blank
   * @throws InvalidInputException if a name is unknown or a value is not allowed
   */
  public static RuleParameters parse(String json) {
    if (json.isBlank()) {
      return DEFAULTS;
    }
    JsonFields fields = JsonFields.parse("The event's \"ruleParameters\"", json);
    for (String name : fields.names()) {
      if (!List.of(DAYS, USAGE).contains(name)) {
        throw new InvalidInputException(
            "Unknown rule parameter "
                + InvalidInputException.quote(name)
                + ": allowed are "
                + DAYS
                + " and "
                + USAGE
                + ". Correct the InputParameters of the Config rule.");
      }
    }
    return new RuleParameters(
        fields.scalarText(DAYS).map(RuleParameters::days).orElse(DEFAULTS.daysToExpiration),
        fields.scalarText(USAGE).map(RuleParameters::yesOrNo).orElse(DEFAULTS.checkUsage));
  }

  private static int days(String text) {
    String digits = text.strip();
    if (!digits.matches("[0-9]{1,4}")) {
      throw invalid(DAYS, text, DAYS_ALLOWED);
    }
    return Integer.parseInt(digits);
  }

  private static boolean yesOrNo(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(USAGE, text, "true or false");
    };
  }

  private static InvalidInputException invalid(String name, String value, String allowed) {
    return new InvalidInputException(
        "Rule parameter "
            + name
            + " is "
            + InvalidInputException.quote(value)
            + ": it must be "
            + allowed
            + ". Correct the InputParameters of the Config rule.");
  }
}
