package io.github.certsweep.audit.organization;

import io.github.certsweep.audit.organization.report.MissingAccount.Reason;
import java.time.Instant;
import java.util.Optional;

/**
 * A source that the aggregator could not read, or not lately.
 *
 * @param id an account's 12 digits, or the organization's id
 * @param region empty if AWS Config does not say
 * @param reason AGGREGATION_FAILED or AGGREGATION_OUTDATED
 * @param error what AWS Config says; may be empty
 * @param updated the last time it was read or tried
 */
record BadSource(
    String id,
    boolean organization,
    Optional<String> region,
    Reason reason,
    String error,
    Optional<Instant> updated) {
  String description() {
    String said = error.isEmpty() ? "" : " " + error;
    return (region.map(name -> name + ":").orElse("")
            + said
            + updated.map(time -> " (last update " + time + ")").orElse(""))
        .strip();
  }
}
