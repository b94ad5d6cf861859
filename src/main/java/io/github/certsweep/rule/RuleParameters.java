package io.github.certsweep.rule;

import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.input.JsonFields;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the operator set in the rule's {@code InputParameters}.
 *
 * @param daysToExpiration a certificate that expires within this many days is NON_COMPLIANT too; 0
 *     to 3650
 * @param checkUsage whether to look up who uses each expired or expiring certificate
 * @param refreshDays a COMPLIANT result that has not changed is reported again after this many
 *     days; 0 to 30, where 0 means at each run
 * @param daysToExpirationPercent {@code daysToExpiration} is no more than this share of a
 *     certificate's lifetime; 1 to 100, where 100 changes nothing
 * @param securityHub whether to import findings of our own into Security Hub
 */
public record RuleParameters(
    int daysToExpiration,
    boolean checkUsage,
    int refreshDays,
    int daysToExpirationPercent,
    boolean securityHub) {
  public static final RuleParameters DEFAULTS = new RuleParameters(0, true, 1);

  private static final String LEAD = "daysToExpiration";
  private static final String USAGE = "checkUsage";
  private static final String REFRESH = "refreshDays";
  private static final String PERCENT = "daysToExpirationPercent";
  private static final String PERCENT_ALLOWED = "a whole number from 1 to 100";
  private static final String SECURITY_HUB = "securityHub";
  private static final int MAX_LEAD = 3650;
  private static final int MAX_REFRESH = 30;
  private static final int WHOLE = 100;

  public RuleParameters {
    requireDays(LEAD, daysToExpiration, MAX_LEAD);
    requireDays(REFRESH, refreshDays, MAX_REFRESH);
    if (daysToExpirationPercent < 1 || daysToExpirationPercent > WHOLE) {
      throw invalid(PERCENT, String.valueOf(daysToExpirationPercent), PERCENT_ALLOWED);
    }
  }

  /** Parameters without the options that are off by default. */
  public RuleParameters(int daysToExpiration, boolean checkUsage, int refreshDays) {
    this(daysToExpiration, checkUsage, refreshDays, WHOLE, false);
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
      if (!List.of(LEAD, PERCENT, USAGE, REFRESH, SECURITY_HUB).contains(name)) {
        throw new InvalidInputException(
            "Unknown rule parameter "
                + InvalidInputException.quote(name)
                + ": allowed are "
                + LEAD
                + ", "
                + PERCENT
                + ", "
                + USAGE
                + ", "
                + REFRESH
                + " and "
                + SECURITY_HUB
                + ". Correct the InputParameters of the Config rule.");
      }
    }
    return new RuleParameters(
        number(fields, LEAD, daysUpTo(MAX_LEAD)).orElse(DEFAULTS.daysToExpiration),
        yesOrNo(fields, USAGE).orElse(DEFAULTS.checkUsage),
        number(fields, REFRESH, daysUpTo(MAX_REFRESH)).orElse(DEFAULTS.refreshDays),
        number(fields, PERCENT, PERCENT_ALLOWED).orElse(DEFAULTS.daysToExpirationPercent),
        yesOrNo(fields, SECURITY_HUB).orElse(DEFAULTS.securityHub));
  }

  private static Optional<Integer> number(JsonFields fields, String name, String allowed) {
    return fields
        .scalarText(name)
        .map(text -> {
          String digits = text.strip();
          if (!digits.matches("[0-9]{1,4}")) {
            throw invalid(name, text, allowed);
          }
          return Integer.valueOf(digits);
        });
  }

  private static void requireDays(String name, int days, int most) {
    if (days < 0 || days > most) {
      throw invalid(name, String.valueOf(days), daysUpTo(most));
    }
  }

  private static String daysUpTo(int most) {
    return "a whole number of days from 0 to " + most;
  }

  private static Optional<Boolean> yesOrNo(JsonFields fields, String name) {
    return fields
        .scalarText(name)
        .map(text ->
            switch (text.strip().toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw invalid(name, text, "true or false");
            });
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
