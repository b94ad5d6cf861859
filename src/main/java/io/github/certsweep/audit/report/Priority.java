package io.github.certsweep.audit.report;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.usage.CertificateUsage;
import java.util.Optional;

/**
 * What expiration, usage and exceptions together ask of somebody. Ordered by urgency, most urgent
 * first.
 */
public enum Priority {
  EXPIRED_IN_USE(
      "Replace now", "Expired and in use: clients that check certificates refuse to connect."),
  EXPIRED_USAGE_UNKNOWN("Find out who uses it", "Expired, usage unknown: do not delete it yet."),
  EXPIRATION_UNKNOWN(
      "Check the expiration yourself",
      "IAM gives no expiration, so it can't be told whether it has expired."),
  EXPIRING_IN_USE("Replace before it expires", "Expires within the lead time, and in use."),
  EXPIRING_USAGE_UNKNOWN("Find out who uses it", "Expires within the lead time, usage unknown."),
  EXPIRED_EXCEPTED(
      "Do not delete yet", "Expired, and nothing uses it, but an exception may keep it."),
  EXPIRED_UNUSED("Delete", "Expired, and nothing uses it."),
  EXPIRING_UNUSED(
      "Delete when it has expired", "Expires within the lead time, and nothing uses it."),
  VALID_UNUSED("Nothing urgent", "Valid, and nothing uses it: consider deleting it."),
  VALID("Nothing", "Valid beyond the lead time.");

  private final String action;
  private final String meaning;

  Priority(String action, String meaning) {
    this.action = action;
    this.meaning = meaning;
  }

  /** What to do, in a few words. */
  public String action() {
    return action;
  }

  /** Why, in one sentence. */
  public String meaning() {
    return meaning;
  }

  /** Whether somebody has to do something soon. */
  public boolean isActionNeeded() {
    return compareTo(VALID_UNUSED) < 0;
  }

  /**
   * The priority of a certificate. Usage that is not known never counts as none.
   *
   * @param usage who uses it; empty if nothing was searched
   * @param deletable whether the certificate may be deleted if it has expired and nothing uses it
   */
  static Priority of(ExpirationStatus status, Optional<CertificateUsage> usage, boolean deletable) {
    boolean inUse = usage.filter(CertificateUsage::inUse).isPresent();
    boolean unused = usage.filter(CertificateUsage::isUnused).isPresent();
    Priority expiredUnused = deletable ? EXPIRED_UNUSED : EXPIRED_EXCEPTED;
    return switch (status) {
      case EXPIRED -> inUse ? EXPIRED_IN_USE : unused ? expiredUnused : EXPIRED_USAGE_UNKNOWN;
      case UNKNOWN -> EXPIRATION_UNKNOWN;
      case EXPIRING -> inUse ? EXPIRING_IN_USE : unused ? EXPIRING_UNUSED : EXPIRING_USAGE_UNKNOWN;
      case VALID -> unused ? VALID_UNUSED : VALID;
    };
  }
}
