package io.github.certsweep.audit.report;

import java.time.Instant;

/**
 * What made the report, so that somebody can make it again.
 *
 * @param at when the certificates were judged
 * @param version of Certsweep, for example {@code "1.0.0"}
 * @param commit of Certsweep's source, or {@code "unknown"} if it was not built from a checkout
 * @param caller the ARN that AWS names as the caller's
 */
public record Origin(Instant at, String version, String commit, String caller) {}
