package io.github.certsweep.removal;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.usage.UsageSearch;
import java.time.Clock;
import java.util.List;

/**
 * Judges one certificate: has it expired, and does anything use it? Thread-safe; everything is
 * looked up afresh.
 */
final class Judge {
  private final UsageSearch usage;
  private final Clock clock;

  Judge(UsageSearch usage, Clock clock) {
    this.usage = usage;
    this.clock = clock;
  }

  /**
   * The verdict on one of the certificates listed.
   *
   * @param listed all certificates of the account
   */
  Verdict judge(ServerCertificate certificate, List<ServerCertificate> listed, Deadline deadline) {
    JudgedCertificate judged = JudgedCertificate.at(clock.instant(), certificate, 0);
    return Verdict.of(judged, usage.search(listed, deadline).of(certificate));
  }
}
