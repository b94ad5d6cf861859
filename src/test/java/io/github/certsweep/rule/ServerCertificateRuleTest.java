package io.github.certsweep.rule;

import static io.github.certsweep.fake.World.ACCOUNT;
import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.RULE;
import static io.github.certsweep.fake.World.TOKEN;
import static io.github.certsweep.fake.World.TRIGGERED;
import static io.github.certsweep.fake.World.certificate;
import static io.github.certsweep.fake.World.configError;
import static io.github.certsweep.fake.World.event;
import static io.github.certsweep.fake.World.expired;
import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static software.amazon.awssdk.services.config.model.ComplianceType.COMPLIANT;
import static software.amazon.awssdk.services.config.model.ComplianceType.NON_COMPLIANT;
import static software.amazon.awssdk.services.config.model.ComplianceType.NOT_APPLICABLE;

import com.google.gson.JsonElement;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.X509;
import io.github.certsweep.findings.FakeSecurityHub;
import io.github.certsweep.rule.EvaluationRun.Outcome;
import io.github.certsweep.usage.FakeUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.config.model.Evaluation;
import software.amazon.awssdk.services.config.model.EvaluationResult;
import software.amazon.awssdk.services.config.model.GetComplianceDetailsByConfigRuleRequest;
import software.amazon.awssdk.services.config.model.GetComplianceDetailsByConfigRuleResponse;
import software.amazon.awssdk.services.config.model.PutEvaluationsResponse;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

class ServerCertificateRuleTest {
  private static final String ARN = "arn:aws:iam::123456789012:server-certificate/";
  private static final String CERTIFICATE = "AWS::IAM::ServerCertificate";

  private final FakeIam iam = new FakeIam();
  private final FakeConfig config = new FakeConfig();
  private final List<Duration> pauses = new ArrayList<>();
  private FakeUsage usage = FakeUsage.of();

  @Test
  void everyCertificateIsReportedOnceWorstFirst() {
    iam.with(valid("new"), expired("old"));
    EvaluationRun run = evaluate();
    assertThat(config.sent())
        .extracting(
            Evaluation::complianceResourceType,
            Evaluation::complianceResourceId,
            Evaluation::complianceType)
        .containsExactly(
            tuple(CERTIFICATE, "old", NON_COMPLIANT), tuple(CERTIFICATE, "new", COMPLIANT));
    assertThat(run.summary())
        .hasToString(
            "{\"configRuleName\":\""
                + RULE
                + "\",\"outcome\":\"REPORTED\",\"certificates\":2,\"compliant\":1,"
                + "\"nonCompliant\":1,\"expired\":1,\"expiring\":0,\"unknown\":0,\"daysToNextExpiration\":100,"
                + "\"expiredInUse\":0,\"usageChecksFailed\":0,\"recorded\":2,\"staleCleared\":0,"
                + "\"batches\":1}");
  }

  @Test
  void theRequestCarriesTheTokenAndTheTimeOfTheEvent() {
    iam.with(valid("a"));
    evaluate();
    assertThat(config.puts)
        .singleElement()
        .satisfies(put -> {
          assertThat(put.resultToken()).isEqualTo(TOKEN);
          assertThat(put.testMode()).isFalse();
          assertThat(put.evaluations().getFirst().orderingTimestamp()).isEqualTo(TRIGGERED);
          assertThat(put.evaluations().getFirst().annotation()).startsWith("Valid until ");
        });
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "100, 1", "101, 2", "1000, 10"})
  void aBatchHasAHundredAtMost(int certificates, int batches) {
    iam.with(many(certificates));
    assertThat(evaluate().batches()).isEqualTo(batches);
    assertThat(config.puts)
        .hasSize(batches)
        .allSatisfy(put -> assertThat(put.evaluations()).hasSizeBetween(1, 100));
    assertThat(config.dashboard()).hasSize(certificates);
  }

  @Test
  void anAccountWithoutCertificatesIsCompliantAndSaysSo() {
    EvaluationRun run = evaluate();
    assertThat(config.sent())
        .singleElement()
        .satisfies(evaluation -> {
          assertThat(evaluation.complianceResourceType()).isEqualTo("AWS::::Account");
          assertThat(evaluation.complianceResourceId()).isEqualTo(ACCOUNT);
          assertThat(evaluation.complianceType()).isEqualTo(COMPLIANT);
          assertThat(evaluation.annotation())
              .isEqualTo("No server certificates are stored in IAM.");
        });
    assertThat(run.outcome()).isEqualTo(Outcome.REPORTED);
  }

  @Test
  void theAccountsResultIsClearedOnceThereAreCertificates() {
    evaluate();
    iam.with(valid("first"));
    RuleEvent later =
        new RuleEvent(RULE, ACCOUNT, TRIGGERED.plusMillis(1), RuleParameters.DEFAULTS, TOKEN);
    assertThat(evaluate(later, 60_000).staleCleared()).isEqualTo(1);
    assertThat(config.dashboard()).containsOnlyKeys("first");
  }

  @Test
  void resultsOfVanishedResourcesAreClearedUnderTheirOldTypeAndId() {
    config
        .showing(CERTIFICATE, "gone", NON_COMPLIANT, TRIGGERED.minusSeconds(60))
        .showing("AWS::ACM::Certificate", "arn:other", COMPLIANT, TRIGGERED.minusSeconds(60))
        .showing("AWS::IAM::User", "stays", COMPLIANT, TRIGGERED.minusSeconds(60));
    iam.with(valid("stays"));
    EvaluationRun run = evaluate();
    assertThat(config.sent())
        .filteredOn(evaluation -> evaluation.complianceType() == NOT_APPLICABLE)
        .extracting(evaluation ->
            evaluation.complianceResourceType() + " " + evaluation.complianceResourceId())
        .containsExactly(
            CERTIFICATE + " gone", "AWS::ACM::Certificate arn:other", "AWS::IAM::User stays");
    assertThat(config.dashboard()).containsExactly(entry("stays", "COMPLIANT"));
    assertThat(run.staleCleared()).isEqualTo(3);
    assertThat(run.recorded()).isEqualTo(4);
  }

  @Test
  void whatWasClearedIsNotClearedAgain() {
    config.showing(CERTIFICATE, "gone", NON_COMPLIANT, TRIGGERED.minusSeconds(60));
    assertThat(evaluate().staleCleared()).isEqualTo(1);
    assertThat(evaluate().staleCleared()).isZero();
  }

  @Test
  void oldResultsAreReadInPagesOfAHundredWithoutTheNotApplicable() {
    IntStream.range(0, 250)
        .forEach(
            i -> config.showing(CERTIFICATE, "gone" + i, COMPLIANT, TRIGGERED.minusSeconds(60)));
    assertThat(evaluate().staleCleared()).isEqualTo(250);
    assertThat(config.reads)
        .hasSize(3)
        .allSatisfy(read -> {
          assertThat(read.configRuleName()).isEqualTo(RULE);
          assertThat(read.limit()).isEqualTo(100);
          assertThat(read.complianceTypes()).containsExactly(COMPLIANT, NON_COMPLIANT);
        });
    assertThat(config.reads)
        .extracting(GetComplianceDetailsByConfigRuleRequest::nextToken)
        .containsExactly(null, "100", "200");
  }

  @Test
  void anEmptyNextTokenEndsTheReading() {
    config.answeringRead(page -> page.evaluationResults(List.of()).nextToken(""));
    assertThat(evaluate().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(config.reads).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("unreliableResults")
  void anAnswerThatIsNotOneOfConfigClearsNothingAndFailsTheRun(
      UnaryOperator<GetComplianceDetailsByConfigRuleResponse.Builder> answer, String problem) {
    config
        .showing(CERTIFICATE, "gone", NON_COMPLIANT, TRIGGERED.minusSeconds(60))
        .answeringRead(answer);
    iam.with(valid("a"));
    EvaluationRun run = evaluate();
    assertThat(config.dashboard()).containsOnlyKeys("gone", "a");
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.error().orElseThrow())
        .startsWith("config:GetComplianceDetailsByConfigRule failed: " + problem)
        .endsWith("Results of certificates that are gone were not cleared.");
  }

  static Stream<Arguments> unreliableResults() {
    return Stream.of(
        arguments(reading(page -> page), "The answer contains no list of results."),
        arguments(
            reading(page -> page.evaluationResults(List.of()).nextToken("again")),
            "The answer leads back to the same page."),
        arguments(
            reading(page -> page.evaluationResults(EvaluationResult.builder().build())),
            "A result in the answer has no EvaluationResultIdentifier."),
        arguments(
            reading(page -> page.evaluationResults(identified(null, "a", TRIGGERED))),
            "A result in the answer has no ResourceType."),
        arguments(
            reading(page -> page.evaluationResults(identified(CERTIFICATE, null, TRIGGERED))),
            "A result in the answer has no ResourceId."),
        arguments(
            reading(page ->
                page.evaluationResults(
                    identified(CERTIFICATE, "a", TRIGGERED).toBuilder()
                        .complianceType((String) null)
                        .build())),
            "A result in the answer has no ComplianceType."),
        arguments(
            reading(page -> page.evaluationResults(identified(CERTIFICATE, "a", null))),
            "A result in the answer has no OrderingTimestamp."));
  }

  private static UnaryOperator<GetComplianceDetailsByConfigRuleResponse.Builder> reading(
      UnaryOperator<GetComplianceDetailsByConfigRuleResponse.Builder> answer) {
    return answer;
  }

  private static EvaluationResult identified(String type, String id, Instant orderedAt) {
    return EvaluationResult.builder()
        .complianceType(COMPLIANT)
        .evaluationResultIdentifier(identifier ->
            identifier
                .orderingTimestamp(orderedAt)
                .evaluationResultQualifier(
                    qualifier -> qualifier.resourceType(type).resourceId(id)))
        .build();
  }

  @Test
  void deniedHalfwayThroughTheListingReportsAndClearsNothing() {
    config.showing(CERTIFICATE, "gone", NON_COMPLIANT, TRIGGERED.minusSeconds(60));
    iam.with(many(250))
        .answeringCall(
            2,
            () -> {
              throw iamError(
                  403, "AccessDenied", "Not authorized to perform: iam:ListServerCertificates");
            });
    EvaluationRun run = evaluate();
    assertThat(config.puts).isEmpty();
    assertThat(config.dashboard()).containsOnlyKeys("gone");
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.error().orElseThrow())
        .startsWith("iam:ListServerCertificates failed: AccessDenied: ")
        .endsWith("Nothing was reported and no old result was cleared.");
    assertThat(run.summary().has("certificates")).isFalse();
  }

  @Test
  void whenOldResultsCantBeReadAllTheCurrentAreReportedAndTheRunFails() {
    iam.with(many(150));
    evaluate();
    config.forgetRequests();
    config.refusingRead(2, () -> configError(400, "AccessDeniedException", "No"));
    EvaluationRun run = evaluate(event(RuleParameters.DEFAULTS, TRIGGERED.plusSeconds(60)), 60_000);
    assertThat(config.sent()).hasSize(150);
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.error().orElseThrow())
        .startsWith("config:GetComplianceDetailsByConfigRule failed: AccessDeniedException: No.")
        .endsWith("Results of certificates that are gone were not cleared.");
  }

  @Test
  void aRuleWhoseResultsAreNotFoundIsStillReportedTo() {
    config.refusingToRead(() -> configError(400, "NoSuchConfigRuleException", "No such rule"));
    iam.with(valid("a"));
    EvaluationRun run = evaluate();
    assertThat(config.dashboard()).containsOnlyKeys("a");
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.error().orElseThrow())
        .contains("NoSuchConfigRuleException: No such rule. Start the rule again. If it no longer")
        .endsWith("Results of certificates that are gone were not cleared.");
  }

  @Test
  void aRuleThatIsGoneFailsTheRunAndSaysWhatToDo() {
    config.refusingToRead(() -> configError(400, "NoSuchConfigRuleException", "No such rule"));
    config.answeringPut(
        1,
        () -> {
          throw configError(400, "NoSuchConfigRuleException", "No such rule");
        });
    iam.with(valid("a"));
    EvaluationRun run = evaluate();
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.error().orElseThrow())
        .contains("config:PutEvaluations failed: NoSuchConfigRuleException")
        .contains("deploy the stack again, or delete it.");
  }

  @Test
  void aRunThatCameLateReportsNothing() {
    config.showing(CERTIFICATE, "a", COMPLIANT, TRIGGERED.plusMillis(1));
    iam.with(expired("a"));
    EvaluationRun run = evaluate();
    assertThat(config.puts).isEmpty();
    assertThat(run.outcome()).isEqualTo(Outcome.SUPERSEDED);
    assertThat(run.logLine(Alarms.ALL))
        .contains("\"outcome\":\"SUPERSEDED\"")
        .contains("\"supersededBy\":\"" + TRIGGERED.plusMillis(1) + "\"")
        .doesNotContain("_aws");
    run.throwIfFailed();
  }

  @Test
  void theSameEventDeliveredTwiceIsReportedTwice() {
    config.showing(CERTIFICATE, "a", COMPLIANT, TRIGGERED);
    iam.with(expired("a"));
    assertThat(evaluate().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(evaluate().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(config.dashboard()).containsExactly(entry("a", "NON_COMPLIANT"));
  }

  @Test
  void aTrialIsSentAsOneAndReadsNothing() {
    iam.with(valid("a"));
    EvaluationRun run =
        evaluate(
            new RuleEvent(RULE, ACCOUNT, TRIGGERED, RuleParameters.DEFAULTS, "TESTMODE"), 60_000);
    assertThat(config.reads).isEmpty();
    assertThat(config.puts).singleElement().satisfies(put -> assertThat(put.testMode()).isTrue());
    assertThat(config.dashboard()).isEmpty();
    assertThat(run.outcome()).isEqualTo(Outcome.TESTED);
    assertThat(run.recorded()).isZero();
    assertThat(run.logLine(Alarms.ALL)).doesNotContain("_aws");
  }

  @Test
  void failedEvaluationsAreSentAgainByThemselves() {
    iam.with(many(150));
    config.failing("c7", 2).failing("c149", 1);
    EvaluationRun run = evaluate();
    assertThat(run.outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(run.recorded()).isEqualTo(150);
    assertThat(run.batches()).isEqualTo(2);
    assertThat(config.puts)
        .extracting(put -> put.evaluations().size())
        .containsExactly(100, 50, 2, 1);
    assertThat(config.dashboard()).hasSize(150);
    assertThat(pauses).hasSize(2);
    assertThat(pauses.getFirst()).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
    assertThat(pauses.getLast()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
  }

  @Test
  void failedEvaluationsAreNotSentAgainWhenTimeIsUp() {
    iam.with(many(3));
    config.failing("c1", 99);
    EvaluationRun run = evaluate(event(), 2_200); // two seconds of it are kept for the log
    assertThat(config.puts).hasSize(1);
    assertThat(pauses).isEmpty();
    assertThat(run.error().orElseThrow())
        .contains("FailedEvaluations once in a row")
        .endsWith("1 of 3 results not recorded: c1.");
  }

  @Test
  void evaluationsThatKeepFailingFailTheRunByName() {
    iam.with(many(3));
    config.failing("c1", 99);
    EvaluationRun run = evaluate();
    assertThat(config.puts).hasSize(4);
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.recorded()).isEqualTo(2);
    assertThat(run.error())
        .contains(
            "config:PutEvaluations answered with FailedEvaluations 4 times in a row. Start the rule again."
                + " 1 of 3 results not recorded: c1.");
    assertThatThrownBy(run::throwIfFailed)
        .isInstanceOf(EvaluationFailedException.class)
        .hasMessageContaining("c1");
  }

  @Test
  void aFailureOfAnUnknownEvaluationRepeatsTheBatch() {
    iam.with(many(3));
    config.answeringPut(
        1,
        () ->
            PutEvaluationsResponse.builder()
                .failedEvaluations(
                    Evaluation.builder()
                        .complianceResourceType("?")
                        .complianceResourceId("?")
                        .build())
                .build());
    assertThat(evaluate().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(config.puts).extracting(put -> put.evaluations().size()).containsExactly(3, 3);
  }

  @Test
  void aBatchThatFailsDoesNotKeepTheOthersBack() {
    iam.with(many(250));
    config.answeringPut(
        2,
        () -> {
          throw configError(400, "ThrottlingException", "Rate exceeded");
        });
    EvaluationRun run = evaluate();
    assertThat(config.puts).hasSize(3);
    assertThat(run.recorded()).isEqualTo(150);
    assertThat(config.dashboard()).hasSize(150);
    assertThat(run.error().orElseThrow())
        .startsWith("config:PutEvaluations failed: ThrottlingException: Rate exceeded.")
        .contains("100 of 250 results not recorded: ")
        .endsWith(" and 50 more.");
  }

  @Test
  void fiftyNamesAreNamedInFull() {
    iam.with(many(50));
    config.answeringPut(
        1,
        () -> {
          throw configError(500, "InternalError", "Oops");
        });
    assertThat(evaluate().error().orElseThrow()).endsWith("c9.").doesNotContain("more.");
  }

  @Test
  void anInvalidTokenIsNeverQuoted() {
    iam.with(valid("a"));
    config.answeringPut(
        1,
        () -> {
          throw configError(
              400, "InvalidResultTokenException", "The token " + TOKEN + " is invalid");
        });
    EvaluationRun run = evaluate();
    assertThat(run.error().orElseThrow())
        .contains("InvalidResultTokenException: The token (token) is invalid.");
    assertThat(run.logLine(Alarms.ALL)).doesNotContain(TOKEN);
  }

  @Test
  void whenTimeIsUpNothingIsStarted() {
    iam.with(valid("a"));
    EvaluationRun run = evaluate(event(), 1_000);
    assertThat(iam.requests).isEmpty();
    assertThat(run.error().orElseThrow())
        .startsWith("iam:ListServerCertificates was not made: the function ran out of time.");
  }

  @Test
  void anInterruptionEndsTheRetriesAndIsPassedOn() {
    iam.with(valid("a"));
    config.failing("a", 99);
    EvaluationRun run =
        new ServerCertificateRule(
                new IamCertificateStore(iam),
                usage.search(),
                Exemptions.OFF,
                config,
                FakeSecurityHub.unused(),
                CLOCK,
                duration -> {
                  throw new InterruptedException();
                })
            .evaluate(event(), Deadline.in(60_000, CLOCK));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(config.puts).hasSize(1);
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void leadTimeMakesTheExpiringNonCompliant() {
    iam.with(valid("in-100-days"));
    evaluate(event(new RuleParameters(101, true, 1)), 60_000);
    assertThat(config.dashboard()).containsValue("NON_COMPLIANT");
    evaluate(event(new RuleParameters(100, true, 1)), 60_000);
    assertThat(config.dashboard()).containsValue("COMPLIANT");
  }

  @Test
  void theLogLineIsAMetric() {
    iam.with(valid("a"), expired("b"));
    assertThat(evaluate().logLine(Alarms.ALL))
        .isEqualTo(
            "{\"Certificates\":2,\"ExpiredInUse\":0,\"UsageChecksFailed\":0,\"ConfigRuleName\":\""
                + RULE
                + "\",\"_aws\":{\"Timestamp\":1795435200000,\"CloudWatchMetrics\":[{\"Namespace\":\"Certsweep\","
                + "\"Dimensions\":[[\"ConfigRuleName\"]],\"Metrics\":["
                + "{\"Name\":\"Certificates\",\"Unit\":\"Count\"},"
                + "{\"Name\":\"ExpiredInUse\",\"Unit\":\"Count\"},{\"Name\":\"UsageChecksFailed\",\"Unit\":\"Count\"}]}]},"
                + "\"evaluation\":{\"configRuleName\":\""
                + RULE
                + "\",\"outcome\":\"REPORTED\",\"certificates\":2,"
                + "\"compliant\":1,\"nonCompliant\":1,\"expired\":1,\"expiring\":0,\"unknown\":0,"
                + "\"daysToNextExpiration\":100,\"expiredInUse\":0,\"usageChecksFailed\":0,"
                + "\"recorded\":2,\"staleCleared\":0,\"batches\":1}}");
  }

  @Test
  void aRunThatFailedAfterTheListingHasMetricsToo() {
    iam.with(valid("a"));
    config.refusingToRead(() -> configError(400, "AccessDeniedException", "No"));
    config.answeringPut(
        1,
        () -> {
          throw configError(400, "AccessDeniedException", "Nor this");
        });
    EvaluationRun run = evaluate();
    assertThat(run.logLine(Alarms.ALL))
        .contains("\"_aws\":")
        .contains("\"outcome\":\"FAILED\"")
        .contains("\"error\":\"config:Get");
    assertThat(run.error().orElseThrow())
        .contains("Results of certificates that are gone were not cleared. config:Put");
  }

  @Test
  void usersOfTheExpiredAreInTheAnnotation() {
    iam.with(expired("old"), expired("litter"), valid("new"));
    usage = FakeUsage.of(ARN + "old", ARN + "new");
    EvaluationRun run = evaluate();
    assertThat(config.sent())
        .extracting(Evaluation::annotation)
        .containsExactly(
            "Expired 2026-11-13T12:00:00Z (id ASCA-litter). Not in use.",
            "Expired 2026-11-13T12:00:00Z (id ASCA-old). In use by 1: User of " + ARN + "old.",
            "Valid until 2027-03-03T12:00:00Z (id ASCA-new).");
    assertThat(run.counts().orElseThrow().usage())
        .contains(new CertificateCounts.Usage(1, 0, List.of()));
    assertThat(run.logLine(Alarms.ALL)).contains("\"ExpiredInUse\":1");
  }

  @Test
  void aFailedCheckIsNeverTakenForNotUsedAndFailsNothing() {
    iam.with(expired("old"));
    usage = FakeUsage.denied();
    EvaluationRun run = evaluate();
    assertThat(run.outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(config.sent())
        .singleElement()
        .extracting(Evaluation::annotation)
        .asString()
        .endsWith("Usage unknown: 1 of 1 checks failed (eu-west-1 fake: AccessDenied).");
    // That none is in use is not known: a zero would end the alarm of the run before.
    assertThat(run.logLine(Alarms.ALL))
        .contains("\"UsageChecksFailed\":1")
        .doesNotContain("\"ExpiredInUse\"");
  }

  @Test
  void whatIsFoundInUseIsCountedThoughOtherChecksFailed() {
    iam.with(expired("old"));
    usage = FakeUsage.of(ARN + "old").andThenFailing(iamError(403, "AccessDenied", "No"));
    assertThat(evaluate().logLine(Alarms.ALL))
        .contains("\"ExpiredInUse\":1,\"UsageChecksFailed\":1");
  }

  @Test
  void theSummaryNamesAReferenceToAnIdThatIamDoesNotList() {
    iam.with(expired("old"));
    usage = FakeUsage.of("ASCAGONEGONEGONEGONEG");
    assertThat(evaluate().summary().getAsJsonArray("usageNotes"))
        .singleElement()
        .extracting(JsonElement::getAsString)
        .asString()
        .startsWith("User of ASCAGONEGONEGONEGONEG refers to ASCAGONEGONEGONEGONEG");
  }

  @Test
  void usersOfTheExpiringAreLookedUpToo() {
    iam.with(valid("soon"));
    usage = FakeUsage.of(ARN + "soon");
    evaluate(event(new RuleParameters(101, true, 1)), 60_000);
    assertThat(config.sent().getFirst().annotation()).contains("In use by 1: ");
    assertThat(usage.searches()).isEqualTo(1);
  }

  @Test
  void aShortLivedCertificateIsFlaggedLaterAndNobodyIsAskedBefore() {
    iam.with(
            certificate("short", NOW.plus(Duration.ofDays(20))).toBuilder().uploadDate(NOW).build())
        .withBody(
            "short", X509.named("short").from(NOW).until("2026-12-13T12:00:00Z").make().pem(), "");
    evaluate(event(new RuleParameters(30, true, 1)), 60_000);
    assertThat(config.dashboard()).containsEntry("short", "NON_COMPLIANT");
    assertThat(iam.reads).isEmpty();
    evaluate(event(new RuleParameters(30, true, 1, 33, false)), 60_000);
    assertThat(config.dashboard()).containsEntry("short", "COMPLIANT");
    assertThat(usage.searches()).isEqualTo(1);
  }

  @Test
  void aLifetimeThatMayNotBeReadFailsTheRunAfterTheWholeLeadTimeWasReported() {
    iam.with(
            certificate("short", NOW.plus(Duration.ofDays(20))).toBuilder().uploadDate(NOW).build())
        .beforeRead(
            1,
            () -> {
              throw iamError(403, "AccessDenied", "No.");
            });
    EvaluationRun run = evaluate(event(new RuleParameters(30, true, 1, 33, false)), 60_000);
    assertThat(config.sent().getFirst().annotation()).contains("; limit 30 days");
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.error().orElseThrow()).startsWith("iam:GetServerCertificate failed: ");
  }

  @Test
  void withoutExpiredOrExpiringCertificatesNobodyIsAsked() {
    iam.with(valid("new"), valid("odd").toBuilder().expiration(null).build());
    EvaluationRun run = evaluate();
    assertThat(usage.searches()).isZero();
    assertThat(run.logLine(Alarms.ALL)).contains("\"ExpiredInUse\":0,\"UsageChecksFailed\":0");
  }

  @Test
  void withoutCheckUsageNobodyIsAskedAndNothingIsClaimed() {
    iam.with(expired("old"));
    EvaluationRun run = evaluate(event(new RuleParameters(0, false, 1)), 60_000);
    assertThat(usage.searches()).isZero();
    assertThat(config.sent().getFirst().annotation())
        .isEqualTo("Expired 2026-11-13T12:00:00Z (id ASCA-old).");
    assertThat(run.logLine(Alarms.ALL))
        .doesNotContain("ExpiredInUse")
        .doesNotContain("UsageChecksFailed");
  }

  @Test
  void thereIsAlwaysTimeLeftToReport() {
    iam.with(expired("old"));
    EvaluationRun run = evaluate(event(), 20_000);
    assertThat(run.outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(config.sent().getFirst().annotation())
        .contains("Usage unknown: 1 of 1 checks failed (eu-west-1 fake: OutOfTime)");
  }

  @Test
  void oldResultsAreNotReadInTheTimeReservedForSending() {
    iam.with(valid("a"));
    EvaluationRun run = evaluate(event(), 16_000);
    assertThat(config.reads).isEmpty();
    assertThat(config.dashboard()).containsOnlyKeys("a");
    assertThat(run.error().orElseThrow())
        .startsWith("config:GetComplianceDetailsByConfigRule was not made: ")
        .endsWith("Results of certificates that are gone were not cleared.");
  }

  @Test
  void annotationsWithManyUsersFit() {
    iam.with(expired("old"));
    String[] users = IntStream.range(0, 300).mapToObj(i -> ARN + "old").toArray(String[]::new);
    usage = FakeUsage.of(users);
    evaluate();
    assertThat(config.sent().getFirst().annotation()).hasSizeLessThanOrEqualTo(256);
  }

  @Test
  void withoutANextExpirationThereIsNoSuchFigure() {
    iam.with(expired("a"));
    assertThat(evaluate().logLine(Alarms.ALL))
        .contains("\"expired\":1")
        .doesNotContain("daysToNextExpiration");
  }

  private EvaluationRun evaluate() {
    return evaluate(event(), 60_000);
  }

  private EvaluationRun evaluate(RuleEvent event, long remainingMillis) {
    return new ServerCertificateRule(
            new IamCertificateStore(iam),
            usage.search(),
            Exemptions.OFF,
            config,
            FakeSecurityHub.unused(),
            CLOCK,
            pauses::add)
        .evaluate(event, Deadline.in(remainingMillis, CLOCK));
  }

  private static ServerCertificateMetadata[] many(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> valid("c" + i))
        .toArray(ServerCertificateMetadata[]::new);
  }
}
