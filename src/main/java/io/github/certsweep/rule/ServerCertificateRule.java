package io.github.certsweep.rule;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.usage.UsageReport;
import io.github.certsweep.usage.UsageSearch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.config.ConfigClient;

/**
 * The rule: evaluates every server certificate of the account and reports to AWS Config.
 *
 * <p>Thread-safe, and safe to run twice for one event: what is reported depends on IAM, the clock
 * and what Config shows.
 */
public final class ServerCertificateRule {
  /**
   * Kept back from the search for the report: the search may take all the rest of the function's
   * time.
   */
  private static final Duration TIME_TO_REPORT = Duration.ofSeconds(30);

  /** Of that, kept back for sending: old results that can't be read must not cost the new ones. */
  private static final Duration TIME_TO_SEND = Duration.ofSeconds(15);

  private final IamCertificateStore store;
  private final UsageSearch usage;
  private final RecordedResults recordedResults;
  private final EvaluationReporter reporter;
  private final Clock clock;

  public ServerCertificateRule(
      IamCertificateStore store, UsageSearch usage, ConfigClient config, Clock clock, Pause pause) {
    this.store = store;
    this.usage = usage;
    this.recordedResults = new RecordedResults(config);
    this.reporter = new EvaluationReporter(config, pause);
    this.clock = clock;
  }

  /**
   * Lists the certificates, judges them, looks up who uses the expired and expiring ones, compares
   * with what Config shows, and reports. A failure of AWS is no exception but a run that failed and
   * says what was not done. Nothing is cleared unless the listing was complete.
   */
  public EvaluationRun evaluate(RuleEvent event, Deadline deadline) {
    List<ServerCertificate> listed;
    try {
      listed = store.listAll(deadline);
    } catch (AwsCallException e) {
      String error = e.getMessage() + " Nothing was reported and no old result was cleared.";
      return EvaluationRun.failed(event, clock.instant(), Optional.empty(), error);
    }

    Instant now = clock.instant();
    List<JudgedCertificate> certificates = judge(listed, now, event.parameters());
    Optional<UsageReport> usage =
        event.parameters().checkUsage()
            ? Optional.of(searchUsage(certificates, listed, deadline))
            : Optional.empty();
    CertificateCounts counts = CertificateCounts.of(certificates, usage);
    List<Evaluation> current = evaluations(certificates, usage, event);

    // Just before sending, so that as little as possible can happen in between.
    List<RecordedResult> shown = List.of();
    Optional<String> problem = Optional.empty();
    if (!event.testMode()) {
      try {
        shown = recordedResults.read(event.ruleName(), deadline.earlierBy(TIME_TO_SEND));
      } catch (AwsCallException e) {
        if (e.code().equals("NoSuchConfigRuleException")) {
          String error =
              "The rule "
                  + event.ruleName()
                  + " no longer exists: nothing was reported. Deploy the stack again, or delete it.";
          return EvaluationRun.failed(event, now, Optional.of(counts), error);
        }
        // The current results are right whatever Config shows, so they are sent all the same.
        problem =
            Optional.of(
                e.getMessage() + " Results of certificates that are gone were not cleared.");
      }
    }
    Optional<Instant> newest =
        shown.stream().map(RecordedResult::orderedAt).max(Comparator.naturalOrder());
    if (newest.isPresent() && newest.get().isAfter(event.createdAt())) {
      return EvaluationRun.superseded(event, now, counts, newest.get());
    }

    List<Evaluation> all = Stream.concat(current.stream(), stale(shown, current, event)).toList();
    return EvaluationRun.sent(event, now, counts, reporter.send(all, event, deadline), problem);
  }

  private static List<JudgedCertificate> judge(
      List<ServerCertificate> certificates, Instant now, RuleParameters parameters) {
    return certificates.stream()
        .map(certificate -> JudgedCertificate.at(now, certificate, parameters.daysToExpiration()))
        .sorted(JudgedCertificate.WORST_FIRST)
        .toList();
  }

  /**
   * Only if there is a certificate that needs it: an account in good order makes no further call.
   */
  private UsageReport searchUsage(
      List<JudgedCertificate> certificates, List<ServerCertificate> listed, Deadline deadline) {
    return certificates.stream().anyMatch(JudgedCertificate::isExpiredOrExpiring)
        ? usage.search(listed, deadline.earlierBy(TIME_TO_REPORT))
        : UsageReport.NOTHING_TO_SEARCH;
  }

  private static List<Evaluation> evaluations(
      List<JudgedCertificate> certificates, Optional<UsageReport> usage, RuleEvent event) {
    return certificates.isEmpty()
        ? List.of(Evaluation.ofEmptyAccount(event.accountId()))
        : certificates.stream().map(judged -> evaluation(judged, usage)).toList();
  }

  private static Evaluation evaluation(JudgedCertificate judged, Optional<UsageReport> usage) {
    return Evaluation.of(
        judged,
        usage
            .filter(report -> judged.isExpiredOrExpiring())
            .map(report -> report.of(judged.certificate())));
  }

  /**
   * What Config shows, under whatever type, but is there no longer. Without this it would stay on
   * the dashboard for ever. What was recorded for this very event stays: it was delivered twice,
   * and the other delivery may have listed a certificate that was not there yet when this one did.
   */
  private static Stream<Evaluation> stale(
      List<RecordedResult> shown, List<Evaluation> current, RuleEvent event) {
    Set<Resource> present = current.stream().map(Evaluation::resource).collect(Collectors.toSet());
    return shown.stream()
        .filter(result -> result.orderedAt().isBefore(event.createdAt()))
        .map(RecordedResult::resource)
        .distinct()
        .filter(resource -> !present.contains(resource))
        .map(Evaluation::gone);
  }
}
