package io.github.certsweep.audit.organization;

import io.github.certsweep.audit.organization.report.Compliance;

/**
 * A rule in one region of one account, as the overview shows it.
 *
 * @param announced how many certificates are flagged, at least; 0 if the overview does not say
 */
record AggregatedRow(Place place, Compliance compliance, int announced) {
  /** Where a rule is deployed. */
  record Place(String account, String region) {}

  /** The worse of two rows of the same place: pages can shift while they are read. */
  AggregatedRow worse(AggregatedRow other) {
    return other.compliance().compareTo(compliance) < 0 ? other : this;
  }
}
