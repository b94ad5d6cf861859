package io.github.certsweep.verdict;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.LeadTimes;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.Exemption;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.usage.UsageReport;
import io.github.certsweep.usage.UsageSearch;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Judges certificates: have they expired, does anything use them, and does an exception keep them?
 * The rule, the inspection and the removal all ask this class, so they can't disagree. It keeps
 * nothing between calls. Thread-safe.
 */
public final class Judge {
  private final UsageSearch usage;
  private final Exemptions exemptions;
  private final Clock clock;

  /** A judge for whom there are no exceptions. */
  public Judge(UsageSearch usage, Clock clock) {
    this(usage, Exemptions.OFF, clock);
  }

  public Judge(UsageSearch usage, Exemptions exemptions, Clock clock) {
    this.usage = usage;
    this.exemptions = exemptions;
    this.clock = clock;
  }

  /**
   * The verdict on one certificate, without a lead time. Searches for users even if the certificate
   * has not expired.
   *
   * @param listed all certificates of the account
   */
  public Verdict judge(
      ServerCertificate certificate, List<ServerCertificate> listed, Deadline deadline) {
    JudgedCertificate judged = new JudgedCertificate(certificate, clock.instant(), 0);
    UsageReport report = usage.search(listed, exemptions.beforeReading(deadline));
    Exemption exemption = exemptions.of(List.of(judged), deadline).get(judged);
    return Verdict.of(judged, Optional.of(report.of(certificate)), exemption);
  }

  /**
   * The same verdict with the exception of tags that were just read.
   *
   * @param tags by key; empty if the answer that should contain them did not
   */
  public Verdict withTags(Verdict verdict, Optional<Map<String, String>> tags) {
    return verdict
        .judged()
        .map(judged -> Verdict.of(judged, verdict.usage(), exemptions.of(judged, tags)))
        .orElse(verdict);
  }

  /**
   * The verdicts on all certificates. Searches for users only if a certificate has expired or is
   * about to; otherwise makes no call.
   *
   * @param leadTimes how many days before its expiration a certificate counts as expiring
   * @param checksUsage whether to search for users at all
   */
  public Verdicts judgeAll(
      List<ServerCertificate> listed, LeadTimes leadTimes, boolean checksUsage, Deadline deadline) {
    List<JudgedCertificate> judged = judged(listed, leadTimes);
    Optional<UsageReport> report = Optional.empty();
    if (checksUsage) {
      boolean isNeeded = judged.stream().anyMatch(JudgedCertificate::isExpiredOrExpiring);
      report =
          Optional.of(
              isNeeded
                  ? usage.search(listed, exemptions.beforeReading(deadline))
                  : UsageReport.NOTHING_TO_SEARCH);
    }
    return verdicts(judged, report, JudgedCertificate::isExpiredOrExpiring, deadline);
  }

  /**
   * The verdicts on all certificates, with the users of the valid ones too. Searches for users
   * whatever the expirations are.
   *
   * @param leadDays how many days before its expiration a certificate counts as expiring
   */
  public Verdicts judgeAllWithUsers(
      List<ServerCertificate> listed, int leadDays, Deadline deadline) {
    Optional<UsageReport> report =
        Optional.of(usage.search(listed, exemptions.beforeReading(deadline)));
    return verdicts(judged(listed, LeadTimes.ofAll(leadDays)), report, one -> true, deadline);
  }

  private List<JudgedCertificate> judged(List<ServerCertificate> listed, LeadTimes leadTimes) {
    Instant now = clock.instant();
    return listed.stream()
        .map(certificate -> new JudgedCertificate(certificate, now, leadTimes.daysOf(certificate)))
        .sorted(JudgedCertificate.WORST_FIRST)
        .toList();
  }

  /**
   * @param showsUsers of which certificates the users are told
   */
  private Verdicts verdicts(
      List<JudgedCertificate> judged,
      Optional<UsageReport> report,
      Predicate<JudgedCertificate> showsUsers,
      Deadline deadline) {
    Map<JudgedCertificate, Exemption> found = exemptions.of(judged, deadline);
    List<Verdict> all =
        judged.stream()
            .map(one ->
                Verdict.of(
                    one,
                    report
                        .filter(searched -> showsUsers.test(one))
                        .map(searched -> searched.of(one.certificate())),
                    found.get(one)))
            .toList();
    return new Verdicts(all, report, exemptions.areOn());
  }
}
