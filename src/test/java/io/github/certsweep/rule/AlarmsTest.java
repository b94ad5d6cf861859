package io.github.certsweep.rule;

import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.configError;
import static io.github.certsweep.fake.World.event;
import static io.github.certsweep.fake.World.expired;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.MovingClock;
import io.github.certsweep.findings.FakeSecurityHub;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.usage.FakeUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which metrics a run sends for which alarms, and of which moment. */
class AlarmsTest {
  private final MovingClock clock = new MovingClock(NOW);
  private final FakeConfig config = new FakeConfig();

  @ParameterizedTest
  @CsvSource({
    "'',            ALL",
    "'  ',          ALL",
    "all,           ALL",
    "essential,     ESSENTIAL",
    "none,          NONE",
    "' Essential ', ESSENTIAL"
  })
  void theSettingIsRead(String setting, Alarms alarms) {
    assertThat(Alarms.parse(setting)).isEqualTo(alarms);
  }

  @ParameterizedTest
  @ValueSource(strings = {"some", "false", "all,none", "essentiаl"})
  void anotherSettingIsRefusedByName(String setting) {
    assertThatThrownBy(() -> Alarms.parse(setting))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "ALARMS is \"%s\": it must be all, essential or none. Correct the stack's parameter Alarms.",
            setting);
  }

  @Test
  void aMetricIsSentOnlyIfAnAlarmReadsIt() {
    EvaluationRun run = evaluate();
    assertThat(metrics(run, Alarms.ALL))
        .containsExactly("Certificates", "ExpiredInUse", "UsageChecksFailed");
    assertThat(metrics(run, Alarms.ESSENTIAL)).containsExactly("Certificates");
    assertThat(metrics(run, Alarms.NONE)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void theLineKeepsAllFigures(Alarms alarms) {
    EvaluationRun run = evaluate();
    JsonObject figures = line(run, alarms).getAsJsonObject("evaluation");
    assertThat(figures).isEqualTo(run.summary());
    assertThat(figures.keySet())
        .contains(
            "certificates",
            "expired",
            "expiring",
            "daysToNextExpiration",
            "expiredInUse",
            "usageChecksFailed");
  }

  @Test
  void metricsAreOfTheMomentWhenTheRunEnds() {
    config.beforeReading(() -> clock.advance(Duration.ofMinutes(14)));
    config.beforePutting(() -> clock.advance(Duration.ofSeconds(20)));
    EvaluationRun run = evaluate();
    assertThat(run.outcome()).isEqualTo(EvaluationRun.Outcome.REPORTED);
    assertThat(timestamp(run))
        .isEqualTo(clock.instant())
        .isEqualTo(NOW.plus(Duration.ofMinutes(14)).plusSeconds(20));
  }

  @Test
  void metricsOfARunThatFailedAreOfTheMomentWhenItEndsToo() {
    config.beforePutting(() -> clock.advance(Duration.ofMinutes(14)));
    config.answeringPut(
        1,
        () -> {
          throw configError(500, "InternalError", "Oops");
        });
    EvaluationRun run = evaluate();
    assertThat(run.outcome()).isEqualTo(EvaluationRun.Outcome.FAILED);
    assertThat(timestamp(run)).isEqualTo(NOW.plus(Duration.ofMinutes(14)));
  }

  @Test
  void aRunOfWhichConfigRecordedNothingDoesNotCountAsOneThatHasReported() {
    recordNothing();
    EvaluationRun run = evaluate();
    assertThat(run.outcome()).isEqualTo(EvaluationRun.Outcome.FAILED);
    assertThat(metrics(run, Alarms.ALL)).containsExactly("ExpiredInUse", "UsageChecksFailed");
    assertThat(metrics(run, Alarms.ESSENTIAL)).isEmpty();
    assertThat(metrics(run, Alarms.NONE)).isEmpty();
  }

  @Test
  void aLineWithoutAMetricHasNoMetadataEither() {
    recordNothing();
    EvaluationRun run = evaluate(event(new RuleParameters(0, false, 1)));
    assertThat(run.outcome()).isEqualTo(EvaluationRun.Outcome.FAILED);
    assertThat(metrics(run, Alarms.ALL)).isEmpty();
  }

  private void recordNothing() {
    config.answeringPut(
        1,
        () -> {
          throw configError(400, "AccessDeniedException", "No");
        });
  }

  private EvaluationRun evaluate() {
    return evaluate(event());
  }

  private EvaluationRun evaluate(RuleEvent event) {
    return new ServerCertificateRule(
            new IamCertificateStore(new FakeIam().with(expired("old"), valid("new"))),
            FakeUsage.of().search(),
            Exemptions.OFF,
            config,
            FakeSecurityHub.unused(),
            clock,
            duration -> {})
        .evaluate(event, Deadline.in(900_000, clock));
  }

  private static JsonObject line(EvaluationRun run, Alarms alarms) {
    return JsonParser.parseString(run.logLine(alarms)).getAsJsonObject();
  }

  private static Instant timestamp(EvaluationRun run) {
    JsonObject metadata = line(run, Alarms.ALL).getAsJsonObject("_aws");
    return Instant.ofEpochMilli(metadata.get("Timestamp").getAsLong());
  }

  /** The names of the metrics that CloudWatch finds in the line. */
  private static List<String> metrics(EvaluationRun run, Alarms alarms) {
    JsonObject line = line(run, alarms);
    if (!line.has("_aws")) {
      assertThat(line.keySet()).containsExactly("evaluation");
      return List.of();
    }
    JsonArray defined =
        line.getAsJsonObject("_aws")
            .getAsJsonArray("CloudWatchMetrics")
            .get(0)
            .getAsJsonObject()
            .getAsJsonArray("Metrics");
    return defined.asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(metric -> metric.get("Name").getAsString())
        .peek(name -> assertThat(line.has(name)).isTrue())
        .toList();
  }
}
