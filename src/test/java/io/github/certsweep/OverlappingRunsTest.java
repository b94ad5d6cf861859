package io.github.certsweep;

import static io.github.certsweep.fake.World.ACCOUNT;
import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.RULE;
import static io.github.certsweep.fake.World.TOKEN;
import static io.github.certsweep.fake.World.TRIGGERED;
import static io.github.certsweep.fake.World.configError;
import static io.github.certsweep.fake.World.expired;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.config.model.ComplianceType.NON_COMPLIANT;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.Any;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.findings.FakeSecurityHub;
import io.github.certsweep.removal.Removal;
import io.github.certsweep.removal.RemovalRequest;
import io.github.certsweep.removal.RemovalResult.Outcome;
import io.github.certsweep.rule.EvaluationRun;
import io.github.certsweep.rule.RuleEvent;
import io.github.certsweep.rule.RuleParameters;
import io.github.certsweep.rule.ServerCertificateRule;
import io.github.certsweep.usage.FakeUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.config.model.Evaluation;

/** Evaluations and removals that overlap, interleaved call by call: the fakes wait for nobody. */
class OverlappingRunsTest {
  private static final String CERTIFICATE = "AWS::IAM::ServerCertificate";
  private static final String ID = Any.id(1);
  private static final Instant NEWER = TRIGGERED.plusSeconds(1);
  private static final Instant NEXT = TRIGGERED.plusSeconds(60);

  private final FakeIam iam =
      new FakeIam().with(expired("old").toBuilder().serverCertificateId(ID).build(), valid("new"));
  private final FakeConfig config = new FakeConfig();

  @Test
  void aRunThatComesAfterANewerOneReportsNothing() {
    evaluate(NEWER);
    iam.without("new");
    assertThat(evaluate(TRIGGERED).outcome()).isEqualTo(EvaluationRun.Outcome.SUPERSEDED);
    assertThat(config.dashboard()).containsOnlyKeys("old", "new");
  }

  @Test
  void aNewerRunThatReportsWhileAnOlderOneJudgesIsNotOverwritten() {
    config.beforeReading(() -> {
      iam.with(valid("newest"));
      evaluate(NEWER);
    });
    assertThat(evaluate(TRIGGERED).outcome()).isEqualTo(EvaluationRun.Outcome.SUPERSEDED);
    assertThat(config.dashboard()).containsOnlyKeys("old", "new", "newest");
  }

  @Test
  void twoRunsThatBothLookedBeforeEitherReportedClearNothingThatIsThere() {
    config.showing(CERTIFICATE, "gone", NON_COMPLIANT, TRIGGERED.minusSeconds(60));
    config.beforePutting(() -> {
      iam.with(valid("newest"));
      evaluate(NEWER);
    });
    assertThat(evaluate(TRIGGERED).outcome()).isEqualTo(EvaluationRun.Outcome.REPORTED);
    assertThat(config.dashboard()).containsOnlyKeys("old", "new", "newest");
  }

  @Test
  void theNextRunClearsWhatAnOlderRunBroughtBack() {
    config.beforePutting(() -> {
      iam.without("old");
      evaluate(NEWER);
    });
    evaluate(TRIGGERED);
    assertThat(config.dashboard()).containsOnlyKeys("old", "new");
    evaluate(NEXT);
    assertThat(config.dashboard()).containsOnlyKeys("new");
  }

  @Test
  void aRunWhoseOnlyNewsIsAClearedCertificateIsSeenByAnOlderOne() {
    iam.without("old").with(valid("other"));
    evaluate(TRIGGERED.minusSeconds(60));
    iam.without("other");
    config.forgetRequests();
    assertThat(evaluate(NEWER).staleCleared()).isEqualTo(1);
    assertThat(config.sent())
        .extracting(Evaluation::complianceResourceId)
        .containsExactly("new", "other");
    // The older run listed before the deletion.
    iam.with(valid("other"));
    assertThat(evaluate(TRIGGERED).outcome()).isEqualTo(EvaluationRun.Outcome.SUPERSEDED);
    assertThat(config.dashboard()).containsOnlyKeys("new");
  }

  @Test
  void newsThatFailedToBeRecordedIsReportedByTheNextRun() {
    evaluate(TRIGGERED);
    iam.without("new").with(expired("new"));
    config.forgetRequests();
    config.answeringPut(
        1,
        () -> {
          throw configError(500, "InternalError", "Oops");
        });
    assertThat(evaluate(NEWER).outcome()).isEqualTo(EvaluationRun.Outcome.FAILED);
    assertThat(config.dashboard()).containsEntry("new", "COMPLIANT");
    assertThat(evaluate(NEXT).outcome()).isEqualTo(EvaluationRun.Outcome.REPORTED);
    assertThat(config.dashboard()).containsEntry("new", "NON_COMPLIANT");
  }

  @Test
  void aClearedResultThatFailedToBeRecordedIsClearedByTheNextRun() {
    iam.without("old").with(valid("other"));
    evaluate(TRIGGERED);
    iam.without("other");
    config.failing("other", 4);
    assertThat(evaluate(NEWER).outcome()).isEqualTo(EvaluationRun.Outcome.FAILED);
    assertThat(config.dashboard()).containsOnlyKeys("new", "other");
    assertThat(evaluate(NEXT).staleCleared()).isEqualTo(1);
    assertThat(config.dashboard()).containsOnlyKeys("new");
  }

  @Test
  void theSecondDeliveryOfAnEventReportsWhatTheFirstCouldNot() {
    config.failing("new", 4);
    assertThat(evaluate(TRIGGERED).outcome()).isEqualTo(EvaluationRun.Outcome.FAILED);
    assertThat(config.dashboard()).containsOnlyKeys("old");
    assertThat(evaluate(TRIGGERED).outcome()).isEqualTo(EvaluationRun.Outcome.REPORTED);
    assertThat(config.dashboard()).containsOnlyKeys("old", "new");
  }

  @Test
  void theNextRunCorrectsWhatAnOlderRunOverwrote() {
    evaluate(TRIGGERED.minusSeconds(60));
    // The older run found the certificate expired, looked, and sends after the newer one.
    iam.without("new").with(expired("new"));
    config.beforePutting(() -> {
      iam.without("new").with(valid("new"));
      evaluate(NEWER);
    });
    evaluate(TRIGGERED);
    assertThat(config.dashboard()).containsEntry("new", "NON_COMPLIANT");
    evaluate(NEXT);
    assertThat(config.dashboard()).containsEntry("new", "COMPLIANT");
  }

  @Test
  void anEventDeliveredTwiceAtOnceClearsNothingThatIsThere() {
    config.beforeReading(() -> {
      iam.with(valid("newest"));
      evaluate(TRIGGERED);
    });
    assertThat(evaluate(TRIGGERED).outcome()).isEqualTo(EvaluationRun.Outcome.REPORTED);
    assertThat(config.dashboard()).containsOnlyKeys("old", "new", "newest");
  }

  @Test
  void theNextRunCorrectsAnEvaluationThatListedBeforeARemoval() {
    config.beforeReading(() -> assertThat(remove()).isEqualTo(Outcome.REMOVED));
    evaluate(TRIGGERED);
    assertThat(config.dashboard()).containsOnlyKeys("old", "new");
    evaluate(NEXT);
    assertThat(config.dashboard()).containsOnlyKeys("new");
  }

  @Test
  void anEvaluationWithinARemovalDisturbsNeither() {
    iam.beforeRead(1, () -> evaluate(TRIGGERED));
    iam.beforeRead(2, () -> evaluate(NEWER));
    assertThat(remove()).isEqualTo(Outcome.REMOVED);
    assertThat(config.dashboard()).containsOnlyKeys("new");
  }

  @Test
  void ofTwoRemovalsOneDeletesAndTheOtherFindsItGone() {
    List<Outcome> inner = new ArrayList<>();
    iam.beforeRead(1, () -> inner.add(remove()));
    assertThat(remove()).isEqualTo(Outcome.ALREADY_GONE);
    assertThat(inner).containsExactly(Outcome.REMOVED);
    assertThat(iam.deletions).hasSize(1);
    assertThat(iam.ids()).doesNotContain(ID).hasSize(1);
  }

  @Test
  void twoRemovalsAtTheSameMomentBothAnswerTruthfully() {
    List<Outcome> inner = new ArrayList<>();
    iam.deletingBy(name -> {
      iam.deletingBy(iam::without);
      inner.add(remove());
      throw FakeIam.noSuchEntity(name);
    });
    assertThat(remove()).isEqualTo(Outcome.ALREADY_GONE);
    assertThat(inner).containsExactly(Outcome.REMOVED);
    assertThat(iam.ids()).doesNotContain(ID).hasSize(1);
  }

  @Test
  void aRemovalSparesANewCertificateWithTheSameName() {
    iam.beforeRead(
        1,
        () -> {
          remove();
          iam.with(expired("old").toBuilder().serverCertificateId(Any.id(2)).build());
        });
    assertThat(remove()).isEqualTo(Outcome.REFUSED);
    assertThat(iam.idsOf("old")).containsExactly(Any.id(2));
  }

  private EvaluationRun evaluate(Instant createdAt) {
    return new ServerCertificateRule(
            new IamCertificateStore(iam),
            FakeUsage.of().search(),
            Exemptions.OFF,
            config,
            FakeSecurityHub.unused(),
            CLOCK,
            duration -> {})
        .evaluate(
            new RuleEvent(RULE, ACCOUNT, createdAt, RuleParameters.DEFAULTS, TOKEN),
            Deadline.in(60_000, CLOCK));
  }

  private Outcome remove() {
    return new Removal(iam, iam, FakeUsage.of().search(), ExceptionLimit.OFF, CLOCK, duration -> {})
        .remove(new RemovalRequest("old", ID), Deadline.in(60_000, CLOCK))
        .outcome();
  }
}
