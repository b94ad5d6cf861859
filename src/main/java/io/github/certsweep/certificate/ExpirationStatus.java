package io.github.certsweep.certificate;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether a certificate has expired. Ordered by how bad it is, worst first. */
public enum ExpirationStatus {
  /** Its validity has ended. */
  EXPIRED,
  /** IAM gave no expiration. */
  UNKNOWN,
  /** It expires within the lead time. */
  EXPIRING,
  /** It expires after the lead time. */
  VALID;

  /**
   * Judges an expiration. The validity period includes its end (RFC 5280, 4.1.2.5): a certificate
   * has expired only <em>after</em> it. The same comparison at the end of the lead time separates
   * expiring from valid ones; without a lead time none is expiring.
   *
   * @param leadTime zero or more
   */
  public static ExpirationStatus at(Instant now, Optional<Instant> expiration, Duration leadTime) {
    if (expiration.isEmpty()) {
      return UNKNOWN;
    }
    Instant end = expiration.get();
    if (now.isAfter(end)) {
      return EXPIRED;
    }
    return now.plus(leadTime).isAfter(end) ? EXPIRING : VALID;
  }
}
