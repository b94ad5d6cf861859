package io.github.certsweep.audit.report;

import java.util.List;

/**
 * What the caller asked for.
 *
 * @param days how many days before its expiration a certificate counts as expiring; 0 to 3650
 * @param region where global services are called from, for example {@code "us-east-1"}
 * @param regions the regions to search for users; empty means all that are enabled for the account
 * @param usageExceptions {@code service/region} pairs that may fail
 * @param usage whether to search for users
 * @param details whether to read the certificates' bodies and to look for replacements
 */
public record AuditParameters(
    int days,
    String region,
    List<String> regions,
    List<String> usageExceptions,
    boolean usage,
    boolean details) {
  public AuditParameters {
    regions = List.copyOf(regions);
    usageExceptions = List.copyOf(usageExceptions);
  }

  /**
   * The options that ask for the same again, for example {@code "--days 30 --region us-east-1"}.
   */
  public String options() {
    return "--days "
        + days
        + " --region "
        + region
        + (regions.isEmpty() ? "" : " --regions " + String.join(",", regions))
        + (usageExceptions.isEmpty()
            ? ""
            : " --usage-exceptions " + String.join(",", usageExceptions))
        + (usage ? "" : " --no-usage")
        + (details ? "" : " --no-details");
  }
}
