package io.github.certsweep.usage;

import io.github.certsweep.aws.Pause;

/**
 * How to search for users. All functions have the same settings, made at deployment, so that no
 * caller can hide a place.
 *
 * @param regions the regions to search, separated by commas; blank means all that are enabled for
 *     the account
 * @param exceptions {@code service/region} pairs that may fail, separated by commas
 * @param pause waits before AWS is asked again; shorter only in tests
 */
public record SearchSettings(Setting regions, Setting exceptions, Pause pause) {
  /**
   * A setting, and how an error speaks of it.
   *
   * @param name what the operator calls it, for example {@code "USAGE_REGIONS"}
   * @param remedy where to correct it, as a sentence
   */
  public record Setting(String name, String value, String remedy) {}

  /** Reads the function's environment. */
  public static SearchSettings ofLambda() {
    return new SearchSettings(
        ofLambda("USAGE_REGIONS", "UsageRegions"),
        ofLambda("USAGE_EXCEPTIONS", "UsageExceptions"),
        pauses());
  }

  /** What a caller of the audit asked for, with the names of its options. */
  public static SearchSettings ofAudit(String regions, String exceptions) {
    String remedy = "Correct the option.";
    return new SearchSettings(
        new Setting("--regions", regions, remedy),
        new Setting("--usage-exceptions", exceptions, remedy),
        pauses());
  }

  private static Setting ofLambda(String variable, String parameter) {
    return new Setting(
        variable,
        System.getenv().getOrDefault(variable, ""),
        "Correct the stack's parameter " + parameter + ".");
  }

  private static Pause pauses() {
    return Pause.SLEEP.times(Double.parseDouble(System.getProperty("certsweep.pauseFactor", "1")));
  }
}
