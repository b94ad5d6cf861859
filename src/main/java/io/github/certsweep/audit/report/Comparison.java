package io.github.certsweep.audit.report;

import java.time.Instant;
import java.util.List;

/**
 * What has changed since an earlier report, of the certificates that have expired or are about to.
 *
 * @param earlier when the earlier report was made
 * @param added flagged now and not then
 * @param gone flagged then and not now
 * @param still flagged then and now
 */
public record Comparison(
    Instant earlier, List<Finding> added, List<Finding> gone, List<Finding> still) {
  public Comparison {
    added = List.copyOf(added);
    gone = List.copyOf(gone);
    still = List.copyOf(still);
  }

  /**
   * A flagged certificate.
   *
   * @param since the time of the first of an unbroken row of reports that flagged it
   * @param what became of it, for example {@code "deleted"}, or what it is now
   */
  public record Finding(String name, String id, Instant since, String what) {}
}
