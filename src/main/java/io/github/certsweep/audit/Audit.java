package io.github.certsweep.audit;

import io.github.certsweep.audit.details.CertificateBodies;
import io.github.certsweep.audit.details.CertificateBodies.Bodies;
import io.github.certsweep.audit.details.CertificateBodies.Body;
import io.github.certsweep.audit.replacement.AcmCertificates;
import io.github.certsweep.audit.replacement.ReplacementFinder;
import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Origin;
import io.github.certsweep.audit.report.Quota;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.LeadTimes;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.usage.SearchSettings;
import io.github.certsweep.usage.UncheckedPlace;
import io.github.certsweep.usage.UsageReport;
import io.github.certsweep.usage.UsageSearch;
import io.github.certsweep.verdict.Judge;
import io.github.certsweep.verdict.Verdicts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks at all server certificates of one account. It lists, searches and judges with the
 * functions' own classes, then reads what the certificates say of themselves and what could replace
 * them. Reads only.
 */
final class Audit {
  private final AccountCalls account;
  private final IamCertificateStore store;
  private final Judge judge;
  private final CertificateBodies bodies;
  private final AcmCertificates acm;
  private final Build build;
  private final Clock clock;
  private final Progress progress;

  Audit(
      AccountCalls account,
      IamCertificateStore store,
      UsageSearch usage,
      AcmCertificates acm,
      Build build,
      Clock clock,
      Progress progress) {
    this.account = account;
    this.store = store;
    this.judge = new Judge(usage, clock);
    this.bodies = new CertificateBodies(store);
    this.acm = acm;
    this.build = build;
    this.clock = clock;
    this.progress = progress;
  }

  static Audit with(
      Clients clients, SearchSettings settings, Build build, Clock clock, Progress progress) {
    return new Audit(
        AccountCalls.with(clients),
        new IamCertificateStore(clients.iam()),
        UsageSearch.with(clients, settings),
        AcmCertificates.with(clients),
        build,
        clock,
        progress);
  }

  /** What a caller asks for. */
  record Request(AuditParameters parameters, SearchSettings settings) {}

  /**
   * Makes the report.
   *
   * @throws AwsCallException if the caller's account is not known or its certificates can't be
   *     listed: then there is nothing to report. All else that fails is in the report
   */
  AuditReport run(AuditParameters parameters, Deadline deadline) throws InterruptedException {
    progress.tell("Listing the certificates");
    AccountCalls.Caller caller = account.caller(deadline);
    List<ServerCertificate> listed = store.listAll(deadline);
    Origin origin = build.origin(clock, caller);
    Instant at = origin.at();
    List<UncheckedPlace> unchecked = new ArrayList<>();

    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Future<Verdicts> judged = threads.submit(() -> judge(listed, parameters, deadline));
      Future<Bodies> read = threads.submit(() -> read(listed, parameters, at, deadline));
      Optional<Quota> quota = quota(deadline, unchecked);
      Verdicts verdicts = await(judged);
      Bodies details = await(read);
      verdicts.usage().ifPresent(found -> unchecked.addAll(found.unchecked()));
      unchecked.addAll(details.unchecked());

      List<AuditedCertificate> certificates =
          verdicts.all().stream()
              .map(AuditedCertificate::of)
              .map(one ->
                  parameters.details()
                      ? withDetails(one, details)
                      : one.withUnreadDetails("Its tags were not read (--no-details)."))
              .toList();
      if (parameters.details()) {
        certificates =
            withRemedies(certificates, caller.partition(), parameters, at, deadline, unchecked);
      }
      return new AuditReport(
          origin,
          caller.account(),
          caller.partition(),
          parameters,
          unchecked,
          verdicts.usage().map(UsageReport::allNotes).orElse(List.of()),
          quota,
          certificates,
          Optional.empty());
    } finally {
      threads.shutdownNow();
    }
  }

  private Verdicts judge(
      List<ServerCertificate> listed, AuditParameters parameters, Deadline deadline) {
    // Even if none is listed: the report then notes what uses a certificate that IAM does not list.
    return parameters.usage()
        ? judge.judgeAllWithUsers(listed, parameters.days(), deadline)
        : judge.judgeAll(listed, LeadTimes.ofAll(parameters.days()), false, deadline);
  }

  private Bodies read(
      List<ServerCertificate> listed, AuditParameters parameters, Instant at, Deadline deadline)
      throws InterruptedException {
    List<ServerCertificate> wanted = parameters.details() ? listed : List.of();
    AtomicInteger done = new AtomicInteger();
    return bodies.read(
        wanted,
        at,
        deadline,
        () ->
            progress.tell(
                "Searching for users; certificates read: "
                    + done.incrementAndGet()
                    + " of "
                    + wanted.size()));
  }

  private Optional<Quota> quota(Deadline deadline, List<UncheckedPlace> unchecked) {
    try {
      return Optional.of(account.quota(deadline));
    } catch (AwsCallException e) {
      unchecked.add(new UncheckedPlace("iam", "global", e.code(), "Quota: " + e.getMessage()));
      return Optional.empty();
    }
  }

  private static AuditedCertificate withDetails(AuditedCertificate one, Bodies bodies) {
    return Optional.ofNullable(bodies.read().get(one.certificate().id()))
        .map((Body body) -> one.with(body.details(), body.warnings()))
        .orElseGet(() -> one.withUnreadDetails("Its tags could not be read."));
  }

  private List<AuditedCertificate> withRemedies(
      List<AuditedCertificate> certificates,
      String partition,
      AuditParameters parameters,
      Instant at,
      Deadline deadline,
      List<UncheckedPlace> unchecked) {
    ReplacementFinder finder = new ReplacementFinder(partition, at);
    List<Replacement> fromAcm = new ArrayList<>();
    for (String region : finder.acmRegions(certificates)) {
      progress.tell("Looking for replacements in ACM in " + region);
      try {
        fromAcm.addAll(
            acm.valid(region, at, at.plus(Duration.ofDays(parameters.days())), deadline));
      } catch (AwsCallException e) {
        unchecked.add(
            new UncheckedPlace("acm", region, e.code(), "Replacements: " + e.getMessage()));
      }
    }
    return finder.withRemedies(certificates, fromAcm);
  }

  private static <T> T await(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    }
  }
}
