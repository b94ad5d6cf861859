package io.github.certsweep.rule;

import io.github.certsweep.input.InvalidInputException;
import java.util.Locale;

/**
 * Which of the stack's alarms the operator wants. CloudWatch charges for each metric, so a run
 * sends only those that one of these alarms reads.
 */
public enum Alarms {
  /** Every alarm of the stack. */
  ALL,
  /** Only the alarm that says that the rule has not reported. */
  ESSENTIAL,
  /** None. */
  NONE;

  /** Reads the function's environment. */
  public static Alarms ofLambda() {
    return parse(System.getenv().getOrDefault("ALARMS", ""));
  }

  /**
   * Reads the setting.
   *
   * @param setting {@code all}, {@code essential} or {@code none}; blank means all
   * @throws InvalidInputException if it is anything else
   */
  static Alarms parse(String setting) {
    return switch (setting.strip().toLowerCase(Locale.ROOT)) {
      case "", "all" -> ALL;
      case "essential" -> ESSENTIAL;
      case "none" -> NONE;
      default ->
          throw new InvalidInputException(
              "ALARMS is "
                  + InvalidInputException.quote(setting)
                  + ": it must be all, essential or none. Correct the stack's parameter Alarms.");
    };
  }
}
