package io.github.certsweep.rule;

import static io.github.certsweep.fake.World.ACCOUNT;
import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.RULE;
import static io.github.certsweep.fake.World.TOKEN;
import static io.github.certsweep.fake.World.TRIGGERED;
import static io.github.certsweep.fake.World.iamError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static software.amazon.awssdk.services.config.model.ComplianceType.COMPLIANT;
import static software.amazon.awssdk.services.config.model.ComplianceType.NON_COMPLIANT;
import static software.amazon.awssdk.services.config.model.ComplianceType.NOT_APPLICABLE;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.Any;
import io.github.certsweep.fake.Any.Failing;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.findings.FakeSecurityHub;
import io.github.certsweep.rule.EvaluationRun.Outcome;
import io.github.certsweep.usage.FakeUsage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.quicktheories.api.Subject1;
import org.quicktheories.core.Gen;
import org.quicktheories.generators.Generate;
import org.quicktheories.generators.SourceDSL;
import software.amazon.awssdk.services.config.model.Evaluation;
import software.amazon.awssdk.services.config.model.PutEvaluationsRequest;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

/** What an evaluation promises, whatever is stored, whatever Config shows, and whatever fails. */
@Tag("property")
class EvaluationPropertiesTest {
  private static final String CERTIFICATE = "AWS::IAM::ServerCertificate";

  @Test
  void aBatchHasAHundredEvaluationsAtMost() {
    anyRun()
        .checkAssert(ran ->
            assertThat(ran.config.puts)
                .allSatisfy(put -> assertThat(put.evaluations()).hasSizeBetween(1, 100)));
  }

  @Test
  void anAnnotationHas1To256Characters() {
    anyRun()
        .checkAssert(ran ->
            assertThat(ran.config.sent())
                .extracting(Evaluation::annotation)
                .allSatisfy(text -> assertThat(text).hasSizeBetween(1, 256)));
  }

  @Test
  void aRunThatSucceedsReportsNothingTwiceAndAllThatIsNonCompliant() {
    anyRun(Scenario::recoverable)
        .checkAssert(ran -> {
          assertThat(ran.outcome()).isEqualTo(Outcome.REPORTED);
          assertThat(ran.visible())
              .doesNotHaveDuplicates()
              .isSubsetOf(ran.scenario.present())
              .containsAll(ran.scenario.nonCompliant());
        });
  }

  @Test
  void aRunThatSucceedsLeavesAVisibleResultOfItsOwn() {
    anyRun(Scenario::recoverable).checkAssert(ran -> assertThat(ran.visible()).isNotEmpty());
  }

  @Test
  void whateverCannotBeComparedIsReported() {
    anyRun(Scenario::withAReadingThatFails)
        .checkAssert(ran ->
            assertThat(ran.visible()).containsExactlyInAnyOrderElementsOf(ran.scenario.present()));
  }

  @Test
  void afterASuccessfulRunTheDashboardShowsExactlyWhatIamHas() {
    anyRun(Scenario::recoverable)
        .checkAssert(ran -> assertThat(ran.config.dashboard()).isEqualTo(ran.scenario.judged()));
  }

  @Test
  void nothingIsSentUnlessTheListingWasComplete() {
    anyRun(Scenario::withAListingThatFails)
        .checkAssert(ran -> {
          assertThat(ran.config.puts).isEmpty();
          assertThat(ran.run.error().orElseThrow())
              .startsWith("iam:ListServerCertificates failed: ")
              .endsWith(" Nothing was reported and no old result was cleared.");
        });
  }

  @Test
  void aCertificateThatIsListedIsNeverCleared() {
    anyRun()
        .checkAssert(ran ->
            assertThat(ran.cleared()).doesNotContainAnyElementsOf(ran.scenario.presentResources()));
  }

  @Test
  void nothingIsClearedUnlessAllOldResultsWereRead() {
    anyRun(Scenario::withAReadingThatFails)
        .checkAssert(ran -> {
          assertThat(ran.cleared()).isEmpty();
          assertThat(ran.run.error().orElseThrow())
              .contains("Results of certificates that are gone were not cleared.");
        });
  }

  @Test
  void aSupersededRunSendsNothing() {
    anyRun(scenario -> scenario.recoverable().withNewerResult(true))
        .checkAssert(ran -> {
          assertThat(ran.outcome()).isEqualTo(Outcome.SUPERSEDED);
          assertThat(ran.config.puts).isEmpty();
        });
  }

  @Test
  void aRunThatCouldNotRecordSomethingFailsAndNamesIt() {
    anyRun(Scenario::withAPutThatFails)
        .checkAssert(ran -> {
          List<String> missing = ran.unacknowledged();
          assertThat(missing).isNotEmpty();
          assertThat(ran.outcome()).isEqualTo(Outcome.FAILED);
          String error = ran.run.error().orElseThrow();
          assertThat(error)
              .contains(" " + missing.size() + " of ")
              .contains(" results not recorded: ");
          assertThat(missing.stream().filter(error::contains).count())
              .isGreaterThanOrEqualTo(Math.min(missing.size(), 50));
        });
  }

  @Test
  void aRunSucceedsOnlyIfEverythingItSentWasRecorded() {
    anyRun()
        .checkAssert(ran -> {
          boolean complete = ran.unacknowledged().isEmpty() && !ran.config.puts.isEmpty();
          assertThat(complete || ran.outcome() != Outcome.REPORTED).isTrue();
          assertThat(ran.run.recorded()).isEqualTo(ran.config.acknowledged().size());
          assertThat(ran.run.error().isPresent()).isEqualTo(ran.outcome() == Outcome.FAILED);
        });
  }

  @Test
  void everyRunEndsWithOneLineThatHoldsNoToken() {
    anyRun()
        .checkAssert(ran ->
            assertThat(ran.run.logLine(Alarms.ALL) + ran.run.error().orElse(""))
                .doesNotContain(TOKEN)
                .doesNotContainPattern("\\p{Cntrl}"));
  }

  @Test
  void theNextRunWithoutFaultsBringsTheRightState() {
    anyRun(scenario -> scenario.withNewerResult(false))
        .checkAssert(ran -> {
          ran.config.answeringEverything();
          Instant next = TRIGGERED.plusSeconds(60);
          assertThat(ran.scenario.evaluate(ran.scenario.iam(), ran.config, next, TOKEN).outcome())
              .isEqualTo(Outcome.REPORTED);
          assertThat(ran.config.dashboard()).isEqualTo(ran.scenario.judged());
        });
  }

  @Test
  void aTrialReadsAndRecordsNothing() {
    qt().forAll(scenario())
        .checkAssert(scenario -> {
          FakeConfig config = scenario.config();
          Map<String, String> before = config.dashboard();
          scenario.evaluate(scenario.failingIam(), config, TRIGGERED, "TESTMODE");
          assertThat(config.reads).isEmpty();
          assertThat(config.puts).allMatch(PutEvaluationsRequest::testMode);
          assertThat(config.dashboard()).isEqualTo(before);
        });
  }

  private static Subject1<Ran> anyRun() {
    return anyRun(scenario -> scenario);
  }

  private static Subject1<Ran> anyRun(UnaryOperator<Scenario> change) {
    return qt().forAll(scenario().map(change).map(Scenario::run));
  }

  private static Gen<Scenario> scenario() {
    return in -> {
      List<ServerCertificateMetadata> certificates = Any.certificates().generate(in);
      List<String> names =
          certificates.stream().map(ServerCertificateMetadata::serverCertificateName).toList();
      return new Scenario(
          certificates,
          Generate.pick(List.of(1000, 100, 50, 7)).generate(in),
          Generate.pick(List.of(0, 1, 25)).generate(in),
          SourceDSL.lists().of(shown(names)).ofSizeBetween(0, 250).generate(in),
          Generate.range(0, 7).generate(in) == 1,
          Any.parameters().generate(in),
          Any.someOf(certificates).generate(in),
          new Faults(
              Any.failingCalls(Any.failure()).generate(in),
              Any.failingCalls(Any.failure()).generate(in),
              Any.failingCalls(Any.failureOfPut()).generate(in),
              Any.failingCalls(Any.failureOfPut()).generate(in),
              Any.someOf(names).generate(in),
              Generate.range(0, 6).generate(in)));
    };
  }

  /** An old result: of a certificate that is there or gone, of the account, or of another type. */
  private static Gen<Shown> shown(List<String> names) {
    Gen<String> id =
        Generate.oneOf(
            Generate.pick(names.isEmpty() ? List.of("gone") : names),
            Generate.range(0, 300).map(number -> "gone" + number),
            Generate.constant(ACCOUNT));
    return Generate.pick(List.of(CERTIFICATE, "AWS::::Account", "AWS::ACM::Certificate"))
        .zip(
            id,
            Generate.pick(List.of(true, false)),
            Generate.pick(List.of(-86_400_000, -1)).map(TRIGGERED::plusMillis),
            Shown::new);
  }

  private record Shown(String type, String id, boolean compliant, Instant at) {}

  /**
   * Which calls fail, and how.
   *
   * @param lost of these answers to PutEvaluations, after it took effect
   * @param failedEvaluations the certificates that Config reports back as failed
   * @param rounds how often it does
   */
  private record Faults(
      List<Failing> listings,
      List<Failing> readings,
      List<Failing> puts,
      List<Failing> lost,
      List<String> failedEvaluations,
      int rounds) {
    Faults recoverable() {
      return new Faults(
          List.of(), List.of(), List.of(), List.of(), failedEvaluations, Math.min(rounds, 3));
    }
  }

  /**
   * A world before a run.
   *
   * @param hoursAgo when all certificates were last reported as they are; 0 if never
   * @param shown what Config shows of them beside or instead
   */
  private record Scenario(
      List<ServerCertificateMetadata> certificates,
      int pageSize,
      int hoursAgo,
      List<Shown> shown,
      boolean newerResult,
      RuleParameters parameters,
      List<ServerCertificateMetadata> used,
      Faults faults) {

    Scenario with(Faults others) {
      return new Scenario(
          certificates, pageSize, hoursAgo, shown, newerResult, parameters, used, others);
    }

    Scenario withNewerResult(boolean newer) {
      return new Scenario(certificates, pageSize, hoursAgo, shown, newer, parameters, used, faults);
    }

    /** With no other faults than those that retries overcome, and no newer run. */
    Scenario recoverable() {
      return with(faults.recoverable()).withNewerResult(false);
    }

    Scenario withAListingThatFails() {
      List<Failing> listings = List.of(new Failing(lastOf(pages()), anyFailure()));
      return with(new Faults(listings, List.of(), List.of(), List.of(), List.of(), 0));
    }

    Scenario withAReadingThatFails() {
      List<Failing> readings = List.of(new Failing(1, anyFailure()));
      return with(new Faults(List.of(), readings, List.of(), List.of(), List.of(), 0));
    }

    Scenario withAPutThatFails() {
      List<Failing> puts = List.of(new Failing(1, anyFailure()));
      return with(new Faults(
              List.of(), List.of(), puts, faults.lost, faults.failedEvaluations, faults.rounds))
          .withNewerResult(false);
    }

    private int pages() {
      return Math.max(1, (certificates.size() + pageSize - 1) / pageSize);
    }

    private int lastOf(int pages) {
      return 1 + faults.rounds % pages;
    }

    private Supplier<RuntimeException> anyFailure() {
      return Stream.of(faults.listings, faults.readings, faults.puts, faults.lost)
          .flatMap(List::stream)
          .map(Failing::with)
          .findFirst()
          .orElse(() -> iamError(403, "AccessDenied", "No"));
    }

    Ran run() {
      FakeIam iam = failingIam();
      FakeConfig config = config();
      return new Ran(this, iam, config, evaluate(iam, config, TRIGGERED, TOKEN));
    }

    EvaluationRun evaluate(FakeIam iam, FakeConfig config, Instant createdAt, String token) {
      String[] arns = used.stream().map(ServerCertificateMetadata::arn).toArray(String[]::new);
      return new ServerCertificateRule(
              new IamCertificateStore(iam),
              FakeUsage.of(arns).search(),
              Exemptions.OFF,
              config,
              FakeSecurityHub.unused(),
              CLOCK,
              duration -> {})
          .evaluate(
              new RuleEvent(RULE, ACCOUNT, createdAt, parameters, token),
              Deadline.in(60_000, CLOCK));
    }

    FakeIam iam() {
      return new FakeIam()
          .with(certificates.toArray(ServerCertificateMetadata[]::new))
          .pagesOf(pageSize);
    }

    FakeIam failingIam() {
      FakeIam iam = iam();
      for (Failing failing : faults.listings) {
        iam.answeringCall(
            failing.number(),
            () -> {
              throw failing.with().get();
            });
      }
      return iam;
    }

    FakeConfig config() {
      FakeConfig config = new FakeConfig();
      if (hoursAgo > 0) {
        evaluate(iam(), config, TRIGGERED.minusSeconds(3_600L * hoursAgo), TOKEN);
        config.forgetRequests();
      }
      for (Shown one : shown) {
        config.showing(one.type(), one.id(), one.compliant() ? COMPLIANT : NON_COMPLIANT, one.at());
      }
      if (newerResult) {
        config.showing(CERTIFICATE, "newer", COMPLIANT, TRIGGERED.plusMillis(1));
      }
      faults.readings.forEach(failing -> config.refusingRead(failing.number(), failing.with()));
      faults.lost.forEach(failing -> config.losingAnswerOfPut(failing.number(), failing.with()));
      for (Failing failing : faults.puts) {
        config.answeringPut(
            failing.number(),
            () -> {
              throw failing.with().get();
            });
      }
      faults.failedEvaluations.forEach(name -> config.failing(name, faults.rounds));
      return config;
    }

    /** The names of what is to be reported: the certificates, or in their absence the account. */
    List<String> present() {
      return presentResources().stream().map(Resource::id).toList();
    }

    List<String> nonCompliant() {
      return judged().entrySet().stream()
          .filter(one -> one.getValue().equals("NON_COMPLIANT"))
          .map(Map.Entry::getKey)
          .toList();
    }

    List<Resource> presentResources() {
      return certificates.isEmpty()
          ? List.of(Resource.account(ACCOUNT))
          : certificates.stream()
              .map(one -> Resource.certificate(one.serverCertificateName()))
              .toList();
    }

    /** What the dashboard has to show, judged once more and in other words. */
    Map<String, String> judged() {
      return certificates.isEmpty()
          ? Map.of(ACCOUNT, "COMPLIANT")
          : certificates.stream()
              .collect(
                  Collectors.toMap(
                      ServerCertificateMetadata::serverCertificateName,
                      one -> outlastsTheLeadTime(one) ? "COMPLIANT" : "NON_COMPLIANT"));
    }

    private boolean outlastsTheLeadTime(ServerCertificateMetadata certificate) {
      Instant leadTimeEnds = NOW.plusSeconds(86_400L * parameters.daysToExpiration());
      return Optional.ofNullable(certificate.expiration())
          .map(end -> end.compareTo(leadTimeEnds) >= 0)
          .orElse(false);
    }
  }

  /** A world after a run. */
  private record Ran(Scenario scenario, FakeIam iam, FakeConfig config, EvaluationRun run) {
    Outcome outcome() {
      return run.outcome();
    }

    /** The names of what was recorded and can be seen. */
    List<String> visible() {
      return config.acknowledged().stream()
          .filter(evaluation -> evaluation.complianceType() != NOT_APPLICABLE)
          .map(Evaluation::complianceResourceId)
          .toList();
    }

    List<Resource> cleared() {
      return config.sent().stream()
          .filter(evaluation -> evaluation.complianceType() == NOT_APPLICABLE)
          .map(Ran::resource)
          .toList();
    }

    /** The ids of what was sent and not acknowledged. */
    List<String> unacknowledged() {
      Set<Resource> acknowledged =
          config.acknowledged().stream().map(Ran::resource).collect(Collectors.toSet());
      return config.sent().stream()
          .map(Ran::resource)
          .distinct()
          .filter(resource -> !acknowledged.contains(resource))
          .map(Resource::id)
          .toList();
    }

    private static Resource resource(Evaluation evaluation) {
      return new Resource(evaluation.complianceResourceType(), evaluation.complianceResourceId());
    }

    @Override
    public String toString() {
      return run + " of " + scenario;
    }
  }
}
