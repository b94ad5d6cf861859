package io.github.certsweep.audit.organization.report;

/** Whether an account belongs to the organization. */
public enum Membership {
  ACTIVE,
  /** Suspended, closed, being closed, or not activated yet: nothing is expected of it. */
  INACTIVE,
  /** The listing of the organization's accounts does not contain it. */
  NOT_LISTED,
  /** The organization's accounts could not be listed. */
  UNKNOWN
}
