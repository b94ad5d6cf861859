package io.github.certsweep.verdict;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.usage.UsageSearch;
import java.time.Clock;
import java.util.List;

/** Looks at one certificate and says whether it may be deleted. Reads only. Thread-safe. */
public final class Inspection {
  private final IamCertificateStore store;
  private final Judge judge;

  public Inspection(
      IamCertificateStore store, UsageSearch usage, Exemptions exemptions, Clock clock) {
    this.store = store;
    this.judge = new Judge(usage, exemptions, clock);
  }

  /**
   * The verdict on the selected certificate.
   *
   * @throws AwsCallException if the certificates can't be listed
   */
  public Verdict inspect(CertificateSelector selector, Deadline deadline) {
    List<ServerCertificate> listed = store.listAll(deadline);
    return selector
        .select(listed)
        .map(certificate -> judge.judge(certificate, listed, deadline))
        .orElseGet(() -> Verdict.notFound(selector.toString()));
  }
}
