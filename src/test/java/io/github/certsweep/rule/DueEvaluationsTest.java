package io.github.certsweep.rule;

import static io.github.certsweep.fake.World.TRIGGERED;
import static io.github.certsweep.fake.World.event;
import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.config.model.ComplianceType.COMPLIANT;
import static software.amazon.awssdk.services.config.model.ComplianceType.NON_COMPLIANT;
import static software.amazon.awssdk.services.config.model.ComplianceType.NOT_APPLICABLE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.config.model.ComplianceType;

class DueEvaluationsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** Always the longest ago, and so the one that is reported if nothing else is due. */
  private static final Evaluation OLDEST = found("oldest", COMPLIANT, "Valid");

  @Test
  void whatIsAsRecordedIsNotReported() {
    assertThat(due(1, shown("www", COMPLIANT, "Valid", HOUR))).isEmpty();
  }

  @Test
  void whatIsNewIsReported() {
    assertThat(due(1)).containsExactly("www");
  }

  @Test
  void whatIsNonCompliantIsReportedAtEachRun() {
    Evaluation expired = found("www", NON_COMPLIANT, "Expired");
    assertThat(due(30, expired, shown("www", NON_COMPLIANT, "Expired", HOUR)))
        .containsExactly("www");
  }

  @Test
  void whatHasAnotherComplianceIsReported() {
    assertThat(due(1, shown("www", NON_COMPLIANT, "Valid", HOUR))).containsExactly("www");
  }

  @Test
  void whatHasAnotherAnnotationOrNoneIsReported() {
    assertThat(due(1, shown("www", COMPLIANT, "Valid, once", HOUR))).containsExactly("www");
    RecordedResult bare =
        new RecordedResult(
            Resource.certificate("www"), COMPLIANT, Optional.empty(), TRIGGERED.minus(HOUR));
    assertThat(due(1, bare)).containsExactly("www");
  }

  @Test
  void whatIsRecordedUnderAnotherTypeIsNewAndTheOtherGone() {
    RecordedResult other =
        new RecordedResult(
            new Resource("AWS::ACM::Certificate", "www"),
            COMPLIANT,
            Optional.of("Valid"),
            TRIGGERED.minus(HOUR));
    assertThat(all(1, found("www", COMPLIANT, "Valid"), other))
        .extracting(Evaluation::compliance)
        .containsExactly(COMPLIANT, NOT_APPLICABLE);
  }

  @ParameterizedTest
  @CsvSource({
    "0,  PT0S,           true",
    "0,  PT1M,           true",
    "1,  PT22H59M59.999S, false",
    "1,  PT23H,          true",
    "1,  PT24H,          true",
    "7,  PT166H59M59S,   false",
    "7,  PT167H,         true",
    "30, PT718H59M59S,   false",
    "30, PT719H,         true"
  })
  void whatNobodyReportedForSoLongIsReported(int refreshDays, Duration age, boolean isDue) {
    List<String> reported = due(refreshDays, shown("www", COMPLIANT, "Valid", age));
    assertThat(reported).isEqualTo(isDue ? List.of("www") : List.of());
  }

  @Test
  void whatPagesShowTwiceIsAsOldAsTheOlder() {
    assertThat(
            due(
                1,
                shown("www", COMPLIANT, "Valid", HOUR),
                shown("www", COMPLIANT, "Valid", HOUR.multipliedBy(24)),
                shown("www", COMPLIANT, "Valid", HOUR)))
        .containsExactly("www");
  }

  @Test
  void ifNothingIsDueTheOneReportedLongestAgoIs() {
    List<Evaluation> current = List.of(found("a", COMPLIANT, "Valid"), OLDEST);
    List<RecordedResult> recorded =
        List.of(
            shown("a", COMPLIANT, "Valid", HOUR),
            shown("oldest", COMPLIANT, "Valid", HOUR.plusMillis(1)));
    assertThat(new DueEvaluations(current, recorded, event()).all()).containsExactly(OLDEST);
  }

  @Test
  void aRunWhoseOnlyNewsIsGoneReportsAVisibleResultToo() {
    List<RecordedResult> recorded =
        List.of(
            shown("oldest", COMPLIANT, "Valid", HOUR),
            shown("gone", NON_COMPLIANT, "Expired", HOUR));
    assertThat(new DueEvaluations(List.of(OLDEST), recorded, event()).all())
        .containsExactly(OLDEST, Evaluation.gone(Resource.certificate("gone")));
  }

  @Test
  void whatWasRecordedForThisEventIsNotGone() {
    List<RecordedResult> recorded =
        List.of(
            shown("oldest", COMPLIANT, "Valid", HOUR),
            shown("new", COMPLIANT, "Valid", Duration.ZERO));
    assertThat(new DueEvaluations(List.of(OLDEST), recorded, event()).all())
        .containsExactly(OLDEST);
  }

  private static Evaluation found(String name, ComplianceType compliance, String annotation) {
    return new Evaluation(Resource.certificate(name), compliance, annotation);
  }

  private static RecordedResult shown(
      String name, ComplianceType compliance, String annotation, Duration age) {
    return new RecordedResult(
        Resource.certificate(name), compliance, Optional.of(annotation), TRIGGERED.minus(age));
  }

  private static List<String> due(int refreshDays, RecordedResult... recorded) {
    return due(refreshDays, found("www", COMPLIANT, "Valid"), recorded);
  }

  /** What is reported beside the one reported longest ago, which a year makes due by itself. */
  private static List<String> due(
      int refreshDays, Evaluation evaluation, RecordedResult... recorded) {
    return all(refreshDays, evaluation, recorded).stream().map(one -> one.resource().id()).toList();
  }

  private static List<Evaluation> all(
      int refreshDays, Evaluation evaluation, RecordedResult... recorded) {
    List<RecordedResult> shown =
        new ArrayList<>(List.of(shown("oldest", COMPLIANT, "Valid", HOUR.multipliedBy(9000))));
    shown.addAll(List.of(recorded));
    List<Evaluation> all =
        new DueEvaluations(
                List.of(OLDEST, evaluation), shown, event(new RuleParameters(0, true, refreshDays)))
            .all();
    assertThat(all).startsWith(OLDEST);
    return all.subList(1, all.size());
  }
}
