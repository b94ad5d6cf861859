package io.github.certsweep.rule;

import java.time.Instant;

/**
 * A result that AWS Config still shows from an earlier run.
 *
 * @param orderedAt the {@code OrderingTimestamp} it was reported with: the creation time of that
 *     run's event
 */
record RecordedResult(Resource resource, Instant orderedAt) {}
