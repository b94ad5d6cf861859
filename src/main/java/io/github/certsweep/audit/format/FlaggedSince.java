package io.github.certsweep.audit.format;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The time of the first of an unbroken row of reports that flagged a certificate.
 *
 * @param at when this report was made
 * @param earlier what an earlier report says, by the certificates' ids
 */
record FlaggedSince(Instant at, Map<String, Instant> earlier) {
  static FlaggedSince in(AuditReport report) {
    return new FlaggedSince(
        report.origin().at(),
        report
            .comparison()
            .map(FlaggedSince::findings)
            .orElse(Stream.of())
            .collect(toUnmodifiableMap(Finding::id, Finding::since, (one, another) -> one)));
  }

  private static Stream<Finding> findings(Comparison comparison) {
    return Stream.concat(comparison.still().stream(), comparison.added().stream());
  }

  /** Empty if the certificate has not expired and is not about to. */
  Optional<Instant> of(AuditedCertificate certificate) {
    return certificate.judged().isExpiredOrExpiring()
        ? Optional.of(earlier.getOrDefault(certificate.certificate().id(), at))
        : Optional.empty();
  }
}
