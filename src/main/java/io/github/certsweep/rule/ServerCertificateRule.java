package io.github.certsweep.rule;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.LeadTimes;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.findings.FindingsUpdate;
import io.github.certsweep.findings.SecurityHubFindings;
import io.github.certsweep.usage.UsageSearch;
import io.github.certsweep.verdict.Judge;
import io.github.certsweep.verdict.Verdicts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.config.ConfigClient;

/**
 * The rule: evaluates every server certificate of the account and reports to AWS Config.
 *
 * <p>Thread-safe, and safe to run twice for one event: what is reported depends on IAM, the clock
 * and what Config shows.
 */
public final class ServerCertificateRule {
  /** Reserved for the report. The search may take all of the function's other time. */
  private static final Duration TIME_TO_REPORT = Duration.ofSeconds(30);

  /** Reserved beside it for findings in Security Hub, which come last. */
  private static final Duration TIME_FOR_FINDINGS = Duration.ofSeconds(30);

  /** Of the time to report, reserved for sending: reading must not take the time of new results. */
  private static final Duration TIME_TO_SEND = Duration.ofSeconds(15);

  private final IamCertificateStore store;
  private final Judge judge;
  private final RecordedResults recordedResults;
  private final EvaluationReporter reporter;
  private final SecurityHubFindings findings;
  private final Clock clock;

  public ServerCertificateRule(
      IamCertificateStore store,
      UsageSearch usage,
      Exemptions exemptions,
      ConfigClient config,
      SecurityHubFindings findings,
      Clock clock,
      Pause pause) {
    this.store = store;
    this.judge = new Judge(usage, exemptions, clock);
    this.recordedResults = new RecordedResults(config);
    this.reporter = new EvaluationReporter(config, pause);
    this.findings = findings;
    this.clock = clock;
  }

  /**
   * Lists the certificates, judges them, looks up who uses the expired and expiring ones, compares
   * with what Config shows, reports what is due, and then does the same in Security Hub if that is
   * wanted. If AWS fails, this throws nothing: the run says what was not done. Nothing is cleared
   * unless the listing was complete.
   */
  public EvaluationRun evaluate(RuleEvent event, Deadline end) {
    boolean importsFindings = event.parameters().securityHub();
    Deadline deadline = importsFindings ? end.earlierBy(TIME_FOR_FINDINGS) : end;
    Instant begun = clock.instant();
    List<ServerCertificate> listed;
    try {
      listed = store.listAll(deadline);
    } catch (AwsCallException e) {
      String error = e.getMessage() + " Nothing was reported and no old result was cleared.";
      return EvaluationRun.failed(event, clock.instant(), Optional.empty(), error);
    }

    LeadTimes leadTimes =
        LeadTimes.atMost(
            event.parameters().daysToExpirationPercent(),
            event.parameters().daysToExpiration(),
            listed,
            clock.instant(),
            store,
            deadline);
    Verdicts verdicts =
        judge.judgeAll(
            listed, leadTimes, event.parameters().checkUsage(), deadline.earlierBy(TIME_TO_REPORT));
    CertificateCounts counts = CertificateCounts.of(verdicts);
    List<Evaluation> current = evaluations(verdicts, event);

    // Just before sending, so that as little as possible can happen in between.
    List<RecordedResult> shown = List.of();
    Optional<String> problem = leadTimes.problem();
    if (!event.testMode()) {
      try {
        shown = recordedResults.read(event.ruleName(), deadline.earlierBy(TIME_TO_SEND));
      } catch (AwsCallException e) {
        // The current results are right whatever Config shows, so all of them are sent.
        String told = e.getMessage() + " Results of certificates that are gone were not cleared.";
        problem = Optional.of(problem.map(other -> other + " " + told).orElse(told));
      }
    }
    Optional<Instant> newer =
        shown.stream()
            .map(RecordedResult::orderedAt)
            .filter(orderedAt -> orderedAt.isAfter(event.createdAt()))
            .max(Comparator.naturalOrder());
    if (newer.isPresent()) {
      return EvaluationRun.superseded(event, clock.instant(), counts, newer.get());
    }

    List<Evaluation> due = new DueEvaluations(current, shown, event).all();
    Delivery delivery = reporter.send(due, event, deadline);
    EvaluationRun run = EvaluationRun.sent(event, clock.instant(), counts, delivery, problem);
    if (!importsFindings || event.testMode()) {
      return run;
    }
    FindingsUpdate update =
        findings.bring(
            verdicts.all(),
            verdict -> Evaluation.of(verdict).annotation(),
            event.accountId(),
            begun,
            end);
    return run.with(update, clock.instant());
  }

  private static List<Evaluation> evaluations(Verdicts verdicts, RuleEvent event) {
    return verdicts.all().isEmpty()
        ? List.of(Evaluation.ofEmptyAccount(event.accountId()))
        : verdicts.all().stream().map(Evaluation::of).toList();
  }
}
