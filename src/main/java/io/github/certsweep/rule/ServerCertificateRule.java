package io.github.certsweep.rule;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.ServerCertificate;
import java.time.Clock;
import java.time.Instant;
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
  private final IamCertificateStore store;
  private final RecordedResults recordedResults;
  private final EvaluationReporter reporter;
  private final Clock clock;

  public ServerCertificateRule(
      IamCertificateStore store, ConfigClient config, Clock clock, Pause pause) {
    this.store = store;
    this.recordedResults = new RecordedResults(config);
    this.reporter = new EvaluationReporter(config, pause);
    this.clock = clock;
  }

  /**
   * Lists the certificates, judges them, compares with what Config shows, and reports. A failure of
   * AWS is no exception but a run that failed and says what was not done. Nothing is cleared unless
   * the listing was complete.
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
    CertificateCounts counts = CertificateCounts.of(certificates);
    List<Evaluation> current = evaluations(certificates, event);

    // Just before sending, so that as little as possible can happen in between.
    List<RecordedResult> shown = List.of();
    Optional<String> problem = Optional.empty();
    if (!event.testMode()) {
      try {
        shown = recordedResults.read(event.ruleName(), deadline);
      } catch (AwsCallException e) {
        if (e.code().equals("NoSuchConfigRuleException")) {
          String error =
              "The rule "
                  + event.ruleName()
                  + " no longer exists: nothing was reported. "
                  + e.getMessage();
          return EvaluationRun.failed(event, now, Optional.of(counts), error);
        }
        // The current results are right whatever Config shows, so they are sent all the same.
        problem =
            Optional.of(
                e.getMessage() + " Results of certificates that are gone were not cleared.");
      }
    }
    if (shown.stream().anyMatch(result -> result.orderedAt().isAfter(event.createdAt()))) {
      return EvaluationRun.superseded(event, now, counts);
    }

    List<Evaluation> all = Stream.concat(current.stream(), stale(shown, current)).toList();
    return EvaluationRun.sent(event, now, counts, reporter.send(all, event, deadline), problem);
  }

  private static List<JudgedCertificate> judge(
      List<ServerCertificate> certificates, Instant now, RuleParameters parameters) {
    return certificates.stream()
        .map(certificate -> JudgedCertificate.at(now, certificate, parameters))
        .sorted(JudgedCertificate.WORST_FIRST)
        .toList();
  }

  private static List<Evaluation> evaluations(
      List<JudgedCertificate> certificates, RuleEvent event) {
    return certificates.isEmpty()
        ? List.of(Evaluation.ofEmptyAccount(event.accountId()))
        : certificates.stream().map(JudgedCertificate::evaluation).toList();
  }

  /**
   * What Config shows, under whatever type, but is there no longer. Without this it would stay on
   * the dashboard for ever.
   */
  private static Stream<Evaluation> stale(List<RecordedResult> shown, List<Evaluation> current) {
    Set<Resource> present = current.stream().map(Evaluation::resource).collect(Collectors.toSet());
    return shown.stream()
        .map(RecordedResult::resource)
        .distinct()
        .filter(resource -> !present.contains(resource))
        .map(Evaluation::gone);
  }
}
