package io.github.certsweep.usage;

/**
 * How the functions search, as the operator set it at deployment: the same for all of them, so that
 * no caller can hide a place.
 *
 * @param regions the regions to search, separated by commas; blank means all that are enabled for
 *     the account
 * @param exceptions {@code service/region} pairs whose failure is forgiven, separated by commas
 * @param pauseFactor by how much the pauses of a search are multiplied: 1, but in tests, which
 *     would wait for half a minute
 */
public record SearchSettings(String regions, String exceptions, double pauseFactor) {
  /** Reads the function's environment. */
  public static SearchSettings ofLambda() {
    return new SearchSettings(
        System.getenv().getOrDefault("USAGE_REGIONS", ""),
        System.getenv().getOrDefault("USAGE_EXCEPTIONS", ""),
        Double.parseDouble(System.getProperty("certsweep.pauseFactor", "1")));
  }
}
