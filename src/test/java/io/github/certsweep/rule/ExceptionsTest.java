package io.github.certsweep.rule;

import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.certificate;
import static io.github.certsweep.fake.World.event;
import static io.github.certsweep.fake.World.expired;
import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.config.model.ComplianceType.COMPLIANT;
import static software.amazon.awssdk.services.config.model.ComplianceType.NON_COMPLIANT;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.CertificateTags;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.MovingClock;
import io.github.certsweep.findings.FakeSecurityHub;
import io.github.certsweep.usage.FakeUsage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.config.model.ComplianceType;
import software.amazon.awssdk.services.config.model.Evaluation;

/** What exceptions change in the rule: annotations and metrics, and never the compliance. */
class ExceptionsTest {
  private static final String ARN = "arn:aws:iam::123456789012:server-certificate/";
  private static final String BEGINNING = "Expired 2026-11-13T12:00:00Z (id ASCA-old). ";
  private static final Duration DAY = Duration.ofDays(1);

  private final FakeIam iam =
      new FakeIam()
          .with(expired("old"), valid("new"))
          .excepted("old", "2026-11-24", "vendor migration");
  private final FakeConfig config = new FakeConfig();
  private final MovingClock clock = new MovingClock(NOW);
  private ExceptionLimit limit = new ExceptionLimit(30);
  private RuleParameters parameters = RuleParameters.DEFAULTS;

  @Test
  void theAnnotationKeepsItsBeginningAndGoesOnWithTheException() {
    assertThat(annotation(evaluate(FakeUsage.of(ARN + "old"))))
        .isEqualTo(
            BEGINNING
                + "In use by 1: User of "
                + ARN
                + "old. Exception until 2026-11-24: vendor migration.");
    assertThat(compliance("old")).isEqualTo(NON_COMPLIANT);
    assertThat(compliance("new")).isEqualTo(COMPLIANT);
    assertThat(iam.tagReads).containsExactly("old");
  }

  @Test
  void usageNeedNotBeCheckedForAnException() {
    parameters = new RuleParameters(0, false, 1);
    EvaluationRun run = evaluate(FakeUsage.of());
    assertThat(annotation(run))
        .isEqualTo(BEGINNING + "Exception until 2026-11-24: vendor migration.");
    assertThat(line(run, Alarms.ALL).get("Exceptions").getAsInt()).isEqualTo(1);
  }

  @Test
  void aLongReasonAndManyUsersFitTogether() {
    iam.excepted("old", "2026-11-24", "r".repeat(256));

    String annotation = annotation(evaluate(FakeUsage.of(ARN + "old")));
    assertThat(annotation)
        .startsWith(BEGINNING + "In use by 1: ")
        .endsWith(" Exception until 2026-11-24: " + "r".repeat(57) + "...")
        .hasSizeLessThanOrEqualTo(256);
  }

  @Test
  void theBeginningIsNeverCutEvenBesideTheLongestId() {
    iam.without("old")
        .with(expired("old").toBuilder().serverCertificateId("A".repeat(128)).build())
        .excepted("old", "2026-11-24", "r".repeat(256));
    String annotation = annotation(evaluate(FakeUsage.of(ARN + "old")));
    assertThat(annotation)
        .startsWith(
            "Expired 2026-11-13T12:00:00Z (id " + "A".repeat(128) + "). In use by 1: 1 not named")
        .contains(" Exception until 2026-11-24: r")
        .hasSizeLessThanOrEqualTo(256);
  }

  @Test
  void anExceptionThatIsNotValidSaysWhy() {
    iam.excepted("old", "24.11.2026", "vendor migration");
    assertThat(annotation(evaluate(FakeUsage.of())))
        .isEqualTo(
            BEGINNING
                + "Not in use. No exception: \"24.11.2026\" is not a date such as 2026-12-31.");
  }

  @Test
  void anExceptionThatCanNotBeReadCountsAsNone() {
    iam.listingTagsBy(request -> {
      throw iamError(400, "Throttling", "Rate exceeded");
    });
    EvaluationRun run = evaluate(FakeUsage.of(ARN + "old"));
    assertThat(run.outcome()).isEqualTo(EvaluationRun.Outcome.REPORTED);
    assertThat(annotation(run)).endsWith("old. Exception unknown: Throttling.");
    JsonObject line = line(run, Alarms.ALL);
    assertThat(line.get("ExpiredInUse").getAsInt()).isEqualTo(1);
    assertThat(line.get("Exceptions").getAsInt()).isZero();
    assertThat(run.summary().get("exceptionsUnread").getAsInt()).isEqualTo(1);
  }

  @Test
  void expiredInUseLeavesItOutAndCountsItAgainFromTheFirstRunAfterTheEnd() {
    FakeUsage users = FakeUsage.of(ARN + "old");
    assertThat(figures(users)).isEqualTo(List.of(0, 1));
    clock.advance(DAY); // 2026-11-24, noon
    assertThat(figures(users)).isEqualTo(List.of(0, 1));
    clock.advance(Duration.ofHours(12));
    EvaluationRun run = evaluate(users);
    assertThat(figures(run)).isEqualTo(List.of(1, 0));
    assertThat(annotation(run)).endsWith("old. Exception ended on 2026-11-24.");
  }

  @Test
  void whatChangesIsReportedWhenAnExceptionBeginsAndWhenItEnds() {
    iam.tagged("old");
    evaluate(FakeUsage.of());
    config.forgetRequests();
    iam.excepted("old", "2026-11-24", "vendor migration");
    assertThat(annotation(evaluate(FakeUsage.of()))).contains(" Exception until 2026-11-24");
    clock.advance(DAY.multipliedBy(2));
    assertThat(annotation(evaluate(FakeUsage.of()))).endsWith(" Exception ended on 2026-11-24.");
  }

  @Test
  void oneInTheLeadTimeIsAnnotatedAndCounted() {
    parameters = new RuleParameters(30, true, 1);
    iam.with(certificate("soon", NOW.plus(DAY))).excepted("soon", "2026-12-20", "slow vendor");
    EvaluationRun run = evaluate(FakeUsage.of());
    assertThat(annotation("soon"))
        .isEqualTo(
            "Expires 2026-11-24T12:00:00Z; limit 30 days (id ASCA-soon). Not in use. Exception until 2026-12-20: slow"
                + " vendor.");
    assertThat(figures(run)).isEqualTo(List.of(0, 2));
  }

  @Test
  void whatIsInUseAndHasNotExpiredYetIsNotCountedAsExpired() {
    parameters = new RuleParameters(30, true, 1);
    iam.with(certificate("soon", NOW.plus(DAY)));
    assertThat(figures(FakeUsage.of(ARN + "soon"))).isEqualTo(List.of(0, 1));
  }

  @Test
  void theMetricIsSentWithAllAlarmsOnly() {
    EvaluationRun run = evaluate(FakeUsage.of());
    assertThat(line(run, Alarms.ALL).has("Exceptions")).isTrue();
    assertThat(line(run, Alarms.ESSENTIAL).has("Exceptions")).isFalse();
    assertThat(line(run, Alarms.NONE).has("Exceptions")).isFalse();
    assertThat(run.summary().get("exceptions").getAsInt()).isEqualTo(1);
  }

  @Test
  void nothingOfAllThisWhileExceptionsAreOff() {
    limit = ExceptionLimit.OFF;
    EvaluationRun run = evaluate(FakeUsage.of(ARN + "old"));
    assertThat(annotation(run)).endsWith("old.");
    assertThat(line(run, Alarms.ALL).get("ExpiredInUse").getAsInt()).isEqualTo(1);
    assertThat(run.logLine(Alarms.ALL)).doesNotContain("xception");
    assertThat(iam.tagReads).isEmpty();
  }

  private List<Integer> figures(FakeUsage usage) {
    return figures(evaluate(usage));
  }

  /** ExpiredInUse and Exceptions. */
  private static List<Integer> figures(EvaluationRun run) {
    JsonObject line = line(run, Alarms.ALL);
    return List.of(line.get("ExpiredInUse").getAsInt(), line.get("Exceptions").getAsInt());
  }

  private static JsonObject line(EvaluationRun run, Alarms alarms) {
    return JsonParser.parseString(run.logLine(alarms)).getAsJsonObject();
  }

  private EvaluationRun evaluate(FakeUsage usage) {
    return new ServerCertificateRule(
            new IamCertificateStore(iam),
            usage.search(),
            Exemptions.read(limit, new CertificateTags(() -> iam)),
            config,
            FakeSecurityHub.unused(),
            clock,
            duration -> {})
        .evaluate(event(parameters, clock.instant()), Deadline.in(900_000, clock));
  }

  private String annotation(EvaluationRun run) {
    assertThat(run.error()).isEmpty();
    return annotation("old");
  }

  private String annotation(String name) {
    return last(name).annotation();
  }

  private ComplianceType compliance(String name) {
    return last(name).complianceType();
  }

  /** What was sent last about a certificate. */
  private Evaluation last(String name) {
    return config.sent().stream()
        .filter(one -> one.complianceResourceId().equals(name))
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }
}
