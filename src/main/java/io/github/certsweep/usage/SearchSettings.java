package io.github.certsweep.usage;

import io.github.certsweep.aws.Pause;

/**
 * How the functions search, as set at deployment. It is the same for all of them, so no caller can
 * hide a place.
 *
 * @param regions the regions to search, separated by commas; blank means all that are enabled for
 *     the account
 * @param exceptions {@code service/region} pairs that may fail, separated by commas
 * @param pause waits before AWS is asked again; shorter only in tests
 */
public record SearchSettings(String regions, String exceptions, Pause pause) {
  /** Reads the function's environment. */
  public static SearchSettings ofLambda() {
    return new SearchSettings(
        System.getenv().getOrDefault("USAGE_REGIONS", ""),
        System.getenv().getOrDefault("USAGE_EXCEPTIONS", ""),
        Pause.SLEEP.times(Double.parseDouble(System.getProperty("certsweep.pauseFactor", "1"))));
  }
}
