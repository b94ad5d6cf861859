package io.github.certsweep.findings;

import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.certificate;
import static io.github.certsweep.fake.World.configError;
import static io.github.certsweep.fake.World.expired;
import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.MovingClock;
import io.github.certsweep.fake.World;
import io.github.certsweep.rule.EvaluationRun;
import io.github.certsweep.rule.EvaluationRun.Outcome;
import io.github.certsweep.rule.RuleEvent;
import io.github.certsweep.rule.RuleParameters;
import io.github.certsweep.rule.ServerCertificateRule;
import io.github.certsweep.usage.FakeUsage;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;
import software.amazon.awssdk.services.securityhub.model.AwsSecurityFinding;
import software.amazon.awssdk.services.securityhub.model.BatchImportFindingsRequest;
import software.amazon.awssdk.services.securityhub.model.BatchImportFindingsResponse;
import software.amazon.awssdk.services.securityhub.model.GetFindingsResponse;
import software.amazon.awssdk.services.securityhub.model.RecordState;
import software.amazon.awssdk.services.securityhub.model.Resource;

/** What runs of the rule make of Security Hub. */
class SecurityHubFindingsTest {
  private static final String ID = "certsweep/123456789012/ASCA-";
  private static final Duration DAY = Duration.ofDays(1);

  private final MovingClock clock = new MovingClock(NOW);
  private final FakeIam iam = new FakeIam();
  private final FakeConfig config = new FakeConfig();
  private final FakeSecurityHub securityHub = new FakeSecurityHub(clock);
  private FakeUsage usage = FakeUsage.of("arn:aws:iam::123456789012:server-certificate/old");
  private RuleParameters parameters = new RuleParameters(30, true, 1, 100, true);

  @Test
  void aFlaggedCertificateBecomesAFinding() {
    iam.with(expired("old"), valid("new"));
    EvaluationRun run = run();
    assertThat(run.summary().toString())
        .endsWith("\"batches\":1,\"findingsImported\":1,\"findingsArchived\":0}");
    AwsSecurityFinding finding = securityHub.active().get(ID + "old");
    assertThat(securityHub.active()).hasSize(1);
    assertThat(finding.schemaVersion()).isEqualTo("2018-10-08");
    assertThat(finding.productArn())
        .isEqualTo("arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default");
    assertThat(finding.generatorId()).isEqualTo("certsweep/iam-server-certificate-expiration");
    assertThat(finding.awsAccountId()).isEqualTo("123456789012");
    assertThat(finding.title())
        .isEqualTo("Expired IAM server certificate, in use: old (expired 2026-11-13 UTC)");
    assertThat(finding.description())
        .startsWith("Expired 2026-11-13T12:00:00Z (id ASCA-old). In use by 1: ");
    assertThat(finding.findingProviderFields().severity().labelAsString()).isEqualTo("CRITICAL");
    assertThat(finding.findingProviderFields().types()).hasSize(1);
    assertThat(finding.compliance().statusAsString()).isEqualTo("FAILED");
    assertThat(finding.compliance().relatedRequirements())
        .contains("CIS AWS Foundations Benchmark v3.0.0/1.19")
        .hasSizeLessThanOrEqualTo(32);
    assertThat(finding.remediation().recommendation().text()).hasSizeLessThanOrEqualTo(512);
    assertThat(finding.remediation().recommendation().url()).startsWith("https://");
    assertThat(finding.resources())
        .containsExactly(
            Resource.builder()
                .type("Other")
                .id("arn:aws:iam::123456789012:server-certificate/old")
                .partition("aws")
                .region("eu-west-1")
                .build());
    assertThat(times(finding)).containsOnly(NOW.toString());
  }

  @Test
  void itsResourceHasTheTagsOfTheCertificate() {
    iam.with(expired("old"), expired("bare"), valid("new"))
        .tagged("old", "Owner", "web team", "blank", "", " ", "x")
        .tagged("new", "Owner", "nobody asks");
    assertThat(run().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(iam.tagReads).containsExactlyInAnyOrder("old", "bare");
    assertThat(tags("old")).isEqualTo(Map.of("Owner", "web team"));
    // Security Hub refuses an empty map.
    assertThat(securityHub.active().get(ID + "bare").resources().getFirst().hasTags()).isFalse();
  }

  @Test
  void aNewTagIsAnUpdateAndAnUnchangedOneIsNone() {
    iam.with(expired("old")).tagged("old", "Owner", "web team");
    run();
    clock.advance(DAY);
    run();
    assertThat(securityHub.sent()).hasSize(1);
    iam.tagged("old", "Owner", "platform team");
    clock.advance(DAY);
    run();
    assertThat(tags("old")).isEqualTo(Map.of("Owner", "platform team"));
    iam.tagged("old");
    clock.advance(DAY);
    run();
    assertThat(tags("old")).isEmpty();
    assertThat(securityHub.sent()).hasSize(3);
  }

  @Test
  void tagsThatCantBeReadStayAsTheyWereAndAreAFailure() {
    iam.with(expired("old"), expired("older")).tagged("old", "Owner", "web team");
    run();
    iam.listingTagsBy(request -> {
      throw iamError(403, "AccessDenied", "No");
    });
    clock.advance(DAY);
    EvaluationRun run = run();
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.recorded()).isEqualTo(2);
    assertThat(run.error().orElseThrow())
        .containsOnlyOnce("iam:ListServerCertificateTags failed: AccessDenied")
        .endsWith(
            " Tags of 2 certificates were not read. Security Hub keeps the tags that it shows"
                + " until the next run.");
    assertThat(securityHub.sent()).hasSize(2);
    usage = FakeUsage.of();
    clock.advance(DAY);
    run();
    assertThat(severity("old")).isEqualTo("LOW");
    assertThat(tags("old")).isEqualTo(Map.of("Owner", "web team"));
  }

  @Test
  void tagsAndFindingsThatBothFailAreBothTold() {
    iam.with(expired("old"))
        .listingTagsBy(request -> {
          throw new IllegalStateException("broken");
        });
    securityHub.refusingImport(1, () -> FakeSecurityHub.error(500, "InternalException"));
    assertThat(run().error().orElseThrow())
        .contains("1 of 1 findings not imported", "IllegalStateException: broken. Tags of 1 ");
  }

  @Test
  void aCertificateThatIsDeletedWhileARunReadsItsTagsIsNoFailure() {
    iam.with(expired("old"))
        .listingTagsBy(request -> {
          throw FakeIam.noSuchEntity("old");
        });
    assertThat(run().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(securityHub.active()).containsOnlyKeys(ID + "old");
  }

  @Test
  void noTagsAreReadIfSecurityHubRefuses() {
    iam.with(expired("old"));
    securityHub.refusingRead(1, FakeSecurityHub::notEnabled);
    run();
    assertThat(iam.tagReads).isEmpty();
  }

  private Map<String, String> tags(String name) {
    return securityHub.active().get(ID + name).resources().getFirst().tags();
  }

  @Test
  void whatBelongsToPeopleIsNeverWritten() {
    iam.with(expired("old"));
    run();
    iam.without("old");
    clock.advance(DAY);
    run();
    assertThat(securityHub.sent())
        .hasSize(2)
        .allSatisfy(finding -> {
          assertThat(finding.workflow()).isNull();
          assertThat(finding.note()).isNull();
          assertThat(finding.severity()).isNull();
          assertThat(finding.hasTypes()).isFalse();
          assertThat(finding.hasUserDefinedFields()).isFalse();
          assertThat(finding.verificationState()).isNull();
          assertThat(finding.confidence()).isNull();
          assertThat(finding.criticality()).isNull();
          assertThat(finding.hasRelatedFindings()).isFalse();
        });
  }

  @Test
  void anUnchangedFindingIsReadAndNotImported() {
    iam.with(expired("old"));
    run();
    clock.advance(DAY);
    securityHub.forgetRequests();
    run();
    assertThat(securityHub.reads)
        .singleElement()
        .satisfies(read -> {
          assertThat(read.maxResults()).isEqualTo(100);
          assertThat(read.filters().productArn().getFirst().value()).endsWith("/default");
          assertThat(read.filters().generatorId().getFirst().value()).startsWith("certsweep/");
          assertThat(read.filters().recordState().getFirst().value()).isEqualTo("ACTIVE");
        });
    assertThat(securityHub.imports).isEmpty();
  }

  @Test
  void aChangeIsImportedAndKeepsTheTimesOfTheBeginning() {
    iam.with(expired("old"));
    run();
    clock.advance(DAY);
    usage = FakeUsage.of();
    assertThat(run().findings().orElseThrow().imported()).isEqualTo(1);
    AwsSecurityFinding finding = securityHub.active().get(ID + "old");
    assertThat(finding.findingProviderFields().severity().labelAsString()).isEqualTo("LOW");
    assertThat(times(finding))
        .containsExactly(
            NOW.toString(), NOW.toString(), NOW.plus(DAY).toString(), NOW.plus(DAY).toString());
  }

  @Test
  void anExpiringCertificateGetsMoreUrgentWithoutAnyOtherChange() {
    parameters = new RuleParameters(30, false, 1, 100, true);
    iam.with(certificate("soon", NOW.plus(Duration.ofDays(9))));
    for (int day = 0; day <= 9; day++) {
      run();
      clock.advance(DAY);
    }
    clock.advance(DAY);
    run();
    assertThat(securityHub.sent())
        .extracting(one -> one.findingProviderFields().severity().labelAsString())
        .containsExactly("MEDIUM", "HIGH", "HIGH");
    assertThat(securityHub.sent().getLast().title()).startsWith("Expired ");
  }

  @Test
  void aCertificateThatIsGoneIsArchived() {
    iam.with(expired("old"));
    run();
    iam.without("old");
    clock.advance(DAY);
    assertThat(run().summary().toString())
        .endsWith("\"findingsImported\":0,\"findingsArchived\":1}");
    AwsSecurityFinding finding = securityHub.finding(ID + "old");
    assertThat(finding.recordState()).isEqualTo(RecordState.ARCHIVED);
    assertThat(finding.compliance().statusAsString()).isEqualTo("PASSED");
    assertThat(finding.description())
        .startsWith("No longer stored in IAM. Last known state: Expired 2026");
    assertThat(finding.findingProviderFields().severity().labelAsString()).isEqualTo("CRITICAL");
  }

  @Test
  void aCertificateThatIsCompliantAgainIsArchived() {
    iam.with(certificate("soon", NOW.plus(DAY)));
    run();
    parameters = new RuleParameters(0, true, 1, 100, true);
    clock.advance(Duration.ofHours(1));
    run();
    AwsSecurityFinding finding = securityHub.finding(ID + "soon");
    assertThat(finding.recordState()).isEqualTo(RecordState.ARCHIVED);
    assertThat(finding.title())
        .isEqualTo("Valid IAM server certificate: soon (until 2026-11-24 UTC)");
    assertThat(finding.findingProviderFields().severity().labelAsString())
        .isEqualTo("INFORMATIONAL");
  }

  @Test
  void aRenewalUnderTheSameNameIsAnotherFinding() {
    iam.with(expired("old"));
    run();
    iam.without("old").with(valid("old").toBuilder().serverCertificateId("ASCA-renewed").build());
    clock.advance(DAY);
    run();
    assertThat(securityHub.active()).isEmpty();
    iam.without("old").with(expired("old").toBuilder().serverCertificateId("ASCA-renewed").build());
    clock.advance(DAY);
    run();
    assertThat(securityHub.active()).containsOnlyKeys(ID + "renewed");
    assertThat(securityHub.finding(ID + "old").recordState()).isEqualTo(RecordState.ARCHIVED);
  }

  @Test
  void anArchivedFindingThatIsTrueAgainBecomesActive() {
    iam.with(certificate("soon", NOW.plus(DAY)));
    run();
    parameters = new RuleParameters(0, true, 1, 100, true);
    clock.advance(Duration.ofHours(1));
    run();
    parameters = new RuleParameters(30, true, 1, 100, true);
    clock.advance(Duration.ofHours(1));
    run();
    assertThat(securityHub.active()).containsOnlyKeys(ID + "soon");
  }

  @Test
  void aThousandFindingsTakeTenReadsAndTenImports() {
    iam.with(many(1_000));
    run();
    assertThat(securityHub.imports)
        .hasSize(10)
        .allSatisfy(one -> assertThat(one.findings()).hasSize(100));
    clock.advance(DAY);
    securityHub.forgetRequests();
    run();
    assertThat(securityHub.reads).hasSize(10);
    assertThat(securityHub.imports).isEmpty();
  }

  @Test
  void theMostUrgentAreImportedFirst() {
    iam.with(many(150)).with(expired("old"));
    run();
    assertThat(securityHub.sent().getFirst().id()).isEqualTo(ID + "old");
  }

  @Test
  void refusedFindingsAreSentAgain() {
    iam.with(many(100));
    securityHub.failing(ID + "c7", 1).failing(ID + "c8", 3);
    EvaluationRun run = run();
    assertThat(run.outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(securityHub.imports)
        .extracting(one -> one.findings().size())
        .containsExactly(100, 2, 1, 1);
    assertThat(run.findings().orElseThrow().imported()).isEqualTo(100);
    assertThat(securityHub.active()).hasSize(100);
  }

  @Test
  void whatIsRefusedForGoodIsNamedAndDueAtTheNextRun() {
    iam.with(many(100));
    securityHub.failing(ID + "c7", 4).failing(ID + "c8", 4).failing(ID + "c9", 4);
    EvaluationRun run = run();
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.recorded()).isEqualTo(100);
    assertThat(run.error())
        .contains(
            "InvalidInput: No. 3 of 100 findings not imported into Security Hub:"
                + " arn:aws:iam::123456789012:server-certificate/c7,"
                + " arn:aws:iam::123456789012:server-certificate/c8,"
                + " arn:aws:iam::123456789012:server-certificate/c9. Findings in Security Hub may"
                + " be out of date until the next run, which imports what is missing.");
    assertThat(securityHub.active()).hasSize(97);
    securityHub.forgetRequests();
    clock.advance(DAY);
    assertThat(run().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(securityHub.sent()).hasSize(3);
    assertThat(securityHub.active()).hasSize(100);
  }

  @Test
  void withoutSecurityHubTheRunFailsAfterConfigHasRecordedEverything() {
    iam.with(expired("old"));
    securityHub.refusingRead(1, FakeSecurityHub::notEnabled);
    EvaluationRun run = run();
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.recorded()).isEqualTo(1);
    assertThat(config.dashboard()).containsOnlyKeys("old");
    assertThat(run.error().orElseThrow())
        .startsWith(
            "securityhub:GetFindings failed: InvalidAccessException: Account 123456789012 is not"
                + " subscribed to AWS Security Hub.")
        .contains(
            "Enable Security Hub CSPM for this account in the region of the function, or set the"
                + " stack's parameter SecurityHub to false.");
    assertThat(securityHub.imports).isEmpty();
  }

  @Test
  void securityHubThatIsDisabledHalfwayIsNamedOnceAndMadeGoodByTheNextRun() {
    iam.with(many(300));
    securityHub
        .refusingImport(2, FakeSecurityHub::notEnabled)
        .refusingImport(3, FakeSecurityHub::notEnabled);
    EvaluationRun run = run();
    assertThat(run.findings().orElseThrow().imported()).isEqualTo(100);
    assertThat(run.error().orElseThrow())
        .containsOnlyOnce("Enable Security Hub CSPM for this account")
        .contains("200 of 300 findings not imported", " and 150 more.");
    securityHub.answeringEverything();
    clock.advance(DAY);
    run();
    assertThat(securityHub.active()).hasSize(300);
  }

  @Test
  void anImportWhoseAnswerGotLostIsFoundByTheNextRun() {
    iam.with(expired("old"));
    securityHub.losingAnswerOfImport(1, () -> FakeSecurityHub.error(500, "InternalException"));
    assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
    securityHub.forgetRequests();
    clock.advance(DAY);
    assertThat(run().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(securityHub.imports).isEmpty();
    assertThat(times(securityHub.active().get(ID + "old"))).containsOnly(NOW.toString());
  }

  @Test
  void aPageThatCantBeReadImportsNothing() {
    iam.with(many(150));
    run();
    securityHub.forgetRequests();
    iam.without("c0");
    securityHub.refusingRead(2, () -> FakeSecurityHub.error(500, "InternalException"));
    assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
    assertThat(securityHub.imports).isEmpty();
  }

  static Stream<GetFindingsResponse> doubtfulAnswers() {
    AwsSecurityFinding ours =
        FindingFormat.toImport(
            StoredFinding.first(
                new Finding("id", "title", "description", Severity.LOW, "arn", Optional.empty()),
                NOW),
            new Product("aws", "eu-west-1", "123456789012"));
    return Stream.of(
        GetFindingsResponse.builder().build(),
        answer(ours.toBuilder().productArn("arn:aws:securityhub:eu-west-1::product/aws/config")),
        answer(ours.toBuilder().generatorId("other")),
        answer(ours.toBuilder().awsAccountId("210987654321")),
        answer(ours.toBuilder().updatedAt("yesterday")),
        answer(ours.toBuilder().updatedAt(null)),
        answer(ours.toBuilder().resources(List.of())),
        GetFindingsResponse.builder().findings(ours).nextToken("again").build());
  }

  private static GetFindingsResponse answer(AwsSecurityFinding.Builder finding) {
    return GetFindingsResponse.builder().findings(finding.build()).build();
  }

  @ParameterizedTest
  @MethodSource("doubtfulAnswers")
  void nothingIsImportedOnADoubtfulAnswer(GetFindingsResponse answer) {
    iam.with(expired("old"));
    securityHub.answeringRead(answer);
    EvaluationRun run = run();
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.error().orElseThrow()).startsWith("securityhub:GetFindings failed: ");
    assertThat(securityHub.imports).isEmpty();
    assertThat(config.dashboard()).containsOnlyKeys("old");
  }

  @Test
  void anAnswerThatNamesNotEveryRefusedFindingIsAFailure() {
    iam.with(expired("old"));
    FakeSecurityHub silent =
        new FakeSecurityHub(clock) {
          @Override
          public BatchImportFindingsResponse batchImportFindings(
              BatchImportFindingsRequest request) {
            return BatchImportFindingsResponse.builder().successCount(0).failedCount(1).build();
          }
        };
    assertThat(run(silent, clock.instant()).error().orElseThrow())
        .contains("The answer does not name every finding that was not imported.");
  }

  @Test
  void aRegionWithoutSecurityHubIsNamed() {
    iam.with(expired("old"));
    securityHub.refusingRead(
        1,
        () ->
            SdkClientException.builder()
                .message("Unable to execute HTTP request")
                .cause(new UnknownHostException("securityhub.eu-west-1.amazonaws.com"))
                .build());
    assertThat(run().error().orElseThrow())
        .contains(
            "If AWS does not offer Security Hub in eu-west-1, set the stack's parameter SecurityHub"
                + " to false.");
  }

  @Test
  void aFailedListingImportsNothing() {
    iam.with(expired("old"));
    run();
    iam.answeringCall(
        iam.requests.size() + 1,
        () -> {
          throw iamError(500, "ServiceFailure", "No");
        });
    securityHub.forgetRequests();
    assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
    assertThat(securityHub.reads).isEmpty();
    assertThat(securityHub.imports).isEmpty();
  }

  @Test
  void aFailureOfConfigDoesNotKeepSecurityHubFromTheTruth() {
    iam.with(expired("old"));
    config.answeringPut(
        1,
        () -> {
          throw configError(500, "InternalError", "Oops");
        });
    EvaluationRun run = run();
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.error().orElseThrow()).startsWith("config:PutEvaluations failed");
    assertThat(securityHub.active()).containsOnlyKeys(ID + "old");
  }

  @Test
  void aTrialAndASupersededRunAskNothing() {
    iam.with(expired("old"));
    RuleEvent trial =
        new RuleEvent(World.RULE, World.ACCOUNT, clock.instant(), parameters, "TESTMODE");
    assertThat(rule(securityHub).evaluate(trial, Deadline.in(90_000, clock)).outcome())
        .isEqualTo(Outcome.TESTED);
    assertThat(securityHub.reads).isEmpty();
    run();
    securityHub.forgetRequests();
    assertThat(run(securityHub, NOW.minusSeconds(1)).outcome()).isEqualTo(Outcome.SUPERSEDED);
    assertThat(securityHub.reads).isEmpty();
  }

  @Test
  void aRunThatListedBeforeAnotherDoesNotOverwriteIt() {
    iam.with(expired("old"), expired("other"));
    run();
    clock.advance(DAY);
    // The older run has judged both; before it sends to Config, a newer one finds one of them gone.
    config.beforePutting(() -> {
      clock.advance(Duration.ofMinutes(1));
      iam.without("other").with(expired("third"));
      usage = FakeUsage.of();
      run();
    });
    run(securityHub, clock.instant());
    assertThat(securityHub.active()).containsOnlyKeys(ID + "old", ID + "third");
    assertThat(severity("old")).isEqualTo("LOW");
    clock.advance(DAY);
    run();
    assertThat(securityHub.active()).containsOnlyKeys(ID + "old", ID + "third");
  }

  @Test
  void twoRunsAtOnceImportTheSame() {
    iam.with(expired("old"));
    securityHub.beforeImporting(this::run);
    assertThat(run().outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(securityHub.active()).containsOnlyKeys(ID + "old");
  }

  @Test
  void anUpdateIsNewerThanWhatAFastClockLeftBehind() {
    iam.with(expired("old"));
    clock.advance(DAY);
    run();
    clock.advance(DAY.negated());
    usage = FakeUsage.of();
    run(securityHub, NOW.plus(DAY.multipliedBy(2)));
    assertThat(severity("old")).isEqualTo("LOW");
  }

  @Test
  void switchedOffAgainNothingIsAskedAndTheFindingsAgeOut() {
    iam.with(expired("old"));
    run();
    parameters = RuleParameters.DEFAULTS;
    clock.advance(Duration.ofDays(89));
    securityHub.forgetRequests();
    EvaluationRun run = run();
    assertThat(run.findings()).isEmpty();
    assertThat(run.summary().toString()).doesNotContain("findings");
    assertThat(securityHub.reads).isEmpty();
    assertThat(securityHub.active()).hasSize(1);
    clock.advance(DAY);
    assertThat(securityHub.active()).isEmpty();
  }

  /** One read for each 100 findings at each run, and no import but the first and the refreshes. */
  @Test
  void overAHundredDaysNothingIsImportedButTheRefresh() {
    parameters = new RuleParameters(0, false, 1, 100, true);
    iam.with(many(250));
    for (int day = 0; day < 100; day++) {
      config.forgetRequests();
      iam.requests.clear();
      run();
      assertThat(securityHub.active()).hasSize(250);
      clock.advance(DAY);
    }
    // The first run finds nothing, which is one page.
    assertThat(securityHub.reads).hasSize(1 + 99 * 3);
    // At first, and on the days 30, 60 and 90.
    assertThat(securityHub.sent()).hasSize(4 * 250);
    assertThat(securityHub.imports).hasSize(4 * 3);
  }

  private EvaluationRun run() {
    return run(securityHub, clock.instant());
  }

  private EvaluationRun run(FakeSecurityHub hub, Instant createdAt) {
    return rule(hub).evaluate(World.event(parameters, createdAt), Deadline.in(90_000, clock));
  }

  private ServerCertificateRule rule(FakeSecurityHub hub) {
    return new ServerCertificateRule(
        new IamCertificateStore(iam),
        usage.search(),
        Exemptions.OFF,
        config,
        hub.findings(iam),
        clock,
        duration -> {});
  }

  private String severity(String name) {
    return securityHub.active().get(ID + name).findingProviderFields().severity().labelAsString();
  }

  private static List<String> times(AwsSecurityFinding finding) {
    return List.of(
        finding.createdAt(),
        finding.firstObservedAt(),
        finding.lastObservedAt(),
        finding.updatedAt());
  }

  private static ServerCertificateMetadata[] many(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> expired("c" + i))
        .toArray(ServerCertificateMetadata[]::new);
  }
}
