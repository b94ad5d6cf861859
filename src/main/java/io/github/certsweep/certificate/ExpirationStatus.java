package io.github.certsweep.certificate;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether a certificate has expired. Ordered by how bad it is, worst first. */
public enum ExpirationStatus {
  /** Its validity has ended. */
  EXPIRED,
  /** IAM gave no expiration, so that nothing can be said. */
  UNKNOWN,
  /** It will have expired when the lead time is over. */
  EXPIRING,
  /** It outlasts the lead time. */
  VALID;

  /**
   * Judges an expiration. The validity period includes its end (RFC 5280, 4.1.2.5): a certificate
   * has expired when the moment is <em>after</em> it, and not a nanosecond earlier. The same
   * comparison, made at the end of the lead time, tells the expiring from the valid; without a lead
   * time nothing is expiring.
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
