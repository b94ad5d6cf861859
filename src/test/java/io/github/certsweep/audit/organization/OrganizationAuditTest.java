package io.github.certsweep.audit.organization;

import static io.github.certsweep.audit.organization.Auditing.account;
import static io.github.certsweep.audit.organization.Auditing.organizationsError;
import static io.github.certsweep.fake.FakeAggregator.ORDERED;
import static io.github.certsweep.fake.FakeAggregator.REGION;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.configError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.Details;
import io.github.certsweep.audit.organization.report.Membership;
import io.github.certsweep.audit.organization.report.MissingAccount;
import io.github.certsweep.audit.organization.report.MissingAccount.Reason;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.organization.report.UncheckedPart;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.fake.FakeAggregator;
import io.github.certsweep.input.InvalidInputException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.config.model.AggregatedSourceStatusType;
import software.amazon.awssdk.services.config.model.AggregatedSourceType;
import software.amazon.awssdk.services.config.model.ComplianceType;
import software.amazon.awssdk.services.organizations.model.AccountState;
import software.amazon.awssdk.services.organizations.model.AccountStatus;

class OrganizationAuditTest {
  private static final String LIVE =
      "Expired 2018-07-10T23:59:59Z (id ASCA1). In use by 1: ALB listener eu-west-1 app/web.";
  private static final String UNUSED = "Expired 2018-07-10T23:59:59Z (id ASCA2). Not in use.";

  private final Auditing auditing = new Auditing();

  @AfterEach
  void nobodyIsInterrupted() {
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void listsAccountsWorstFirstWithTheirAnnotations() {
    member(1, "quiet").member(2, "tidy").member(3, "payments");
    auditing
        .config
        .compliant(account(1), REGION)
        .flagged(account(2), REGION, "old", UNUSED)
        .flagged(account(3), REGION, "www", LIVE);

    OrganizationReport report = auditing.report();

    assertThat(report.accounts())
        .extracting(AccountResults::account)
        .containsExactly(account(3), account(2), account(1));
    AccountResults worst = report.accounts().getFirst();
    assertThat(worst.name()).contains("payments");
    assertThat(worst.membership()).isEqualTo(Membership.ACTIVE);
    assertThat(worst.details().newest()).contains(ORDERED);
    assertThat(worst.details().results())
        .singleElement()
        .satisfies(result -> {
          assertThat(result.id()).isEqualTo("www");
          assertThat(result.annotation()).contains(LIVE);
          assertThat(result.priority()).contains(Priority.EXPIRED_IN_USE);
        });
    assertThat(report.accounts().getLast().details()).isEqualTo(Details.NOT_ASKED);
    assertThat(report.verdict())
        .isEqualTo(
            "1 expired certificate is still in use. Replace it now. 2 certificates are flagged in 2"
                + " accounts.");
    assertThat(report.complete()).isTrue();
    assertThat(report.exitCode()).isEqualTo(1);
  }

  @Test
  void asksOnlyForTheDetailsOfFlaggedAccounts() {
    member(1, "a").member(2, "b");
    auditing.config.compliant(account(1), REGION).flagged(account(2), REGION, "www", LIVE);
    auditing.report();
    assertThat(auditing.config.detailRequests)
        .singleElement()
        .satisfies(request -> {
          assertThat(request.accountId()).isEqualTo(account(2));
          assertThat(request.awsRegion()).isEqualTo(REGION);
          assertThat(request.complianceType()).isEqualTo(ComplianceType.NON_COMPLIANT);
          assertThat(request.limit()).isEqualTo(100);
        });
  }

  @Test
  void asksForTheDetailsOfAllAccountsIfTold() {
    member(1, "a").member(2, "b");
    auditing.config.compliant(account(1), REGION).flagged(account(2), REGION, "www", LIVE);
    OrganizationReport report = auditing.reportOnAll();
    assertThat(auditing.config.detailRequests)
        .hasSize(2)
        .allSatisfy(request -> assertThat(request.complianceType()).isNull());
    assertThat(report.accounts())
        .allSatisfy(one -> assertThat(one.details().newest()).contains(ORDERED));
  }

  @Test
  void readsOnWhereAPageIsEmpty() {
    member(1, "a");
    auditing
        .config
        .flagged(account(1), REGION, "www", LIVE)
        .source(
            account(1), AggregatedSourceType.ACCOUNT, REGION, AggregatedSourceStatusType.OUTDATED)
        .beginningWithEmptyPages(2);
    OrganizationReport report = auditing.report();
    assertThat(report.flaggedCertificates()).isEqualTo(1);
    assertThat(report.missing()).hasSize(1);
    assertThat(report.unchecked()).isEmpty();
    assertThat(auditing.config.count("overview")).isEqualTo(3);
    assertThat(auditing.config.count("details")).isEqualTo(3);
    assertThat(auditing.config.count("sources")).isEqualTo(3);
  }

  @Test
  void readsAllPagesOfDetails() {
    member(1, "a");
    auditing.config.showing(account(1), REGION, ComplianceType.NON_COMPLIANT);
    for (int i = 0; i < 250; i++) {
      auditing.config.result(
          account(1), REGION, "c" + i, ComplianceType.NON_COMPLIANT, UNUSED, ORDERED);
    }
    assertThat(auditing.report().flaggedCertificates()).isEqualTo(250);
    assertThat(auditing.config.count("details")).isEqualTo(3);
  }

  @Test
  void refusesAnOverviewThatLeadsBack() {
    member(1, "a");
    auditing.config.flagged(account(1), REGION, "www", LIVE).repeatingToken("again");
    assertThatThrownBy(auditing::report)
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("config:DescribeAggregateComplianceByConfigRules failed")
        .hasMessageContaining("leads back");
    assertThat(auditing.config.count("overview")).isEqualTo(2);
  }

  @Test
  void doesNotTrustAListingOfAccountsThatLeadsBack() {
    member(1, "a");
    auditing.organization.repeatingToken("again");
    auditing.config.compliant(account(1), REGION);
    OrganizationReport report = auditing.report();
    assertThat(report.expected()).isEmpty();
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(one -> assertThat(one.error()).contains("leads back"));
    assertThat(report.accounts()).hasSize(1);
  }

  @Test
  void failsIfTheOverviewIsRefused() {
    auditing.config.failing(
        "overview", () -> configError(400, "AccessDeniedException", "No identity-based policy."));
    assertThatThrownBy(auditing::report)
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("AccessDeniedException")
        .hasMessageContaining("Allow the action");
  }

  @Test
  void aRuleWithoutResultsAnywhereIsNotAllCompliant() {
    member(1, "a").member(2, "b");
    OrganizationReport report = auditing.report();
    assertThat(report.verdict())
        .startsWith(
            "No account has results of the rule iam-server-certificate-expiration. So nothing is"
                + " known about any certificate. 2 accounts are missing or out of date.");
    assertThat(report.complete()).isFalse();
    assertThat(report.exitCode()).isEqualTo(2);
    assertThat(report.missing()).hasSize(2);
  }

  @Test
  void aRuleWithoutResultsIsIncompleteEvenIfNobodyIsExpected() {
    auditing.organization.refusing(() -> organizationsError("AccessDeniedException", "No."));
    OrganizationReport report = auditing.report();
    assertThat(report.exitCode()).isEqualTo(2);
    assertThat(report.verdict()).contains("nothing is known about any certificate");
  }

  @Test
  void anUnknownAggregatorIsAnErrorThatNamesTheOthers() {
    auditing.config.with("security", one -> {});
    assertThatThrownBy(() -> auditing.report("all-acounts", false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "The calling account has no aggregator \"all-acounts\" in eu-west-1."
                + " There are: all-accounts, security. Correct --aggregator, --region, or the"
                + " credentials.");
  }

  @Test
  void anUnknownAggregatorIsAnErrorAlsoIfTheAggregatorsCanNotBeListed() {
    auditing.config.failing(
        "aggregators", () -> configError(400, "AccessDeniedException", "Not allowed."));
    assertThatThrownBy(() -> auditing.report("all-acounts", false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no aggregator \"all-acounts\"")
        .hasMessageContaining("AccessDeniedException");
  }

  @Test
  void anAggregatorThatCanNotBeDescribedIsUnchecked() {
    member(1, "a");
    auditing
        .config
        .compliant(account(1), REGION)
        .failing("aggregators", () -> configError(400, "AccessDeniedException", "Not allowed."));
    OrganizationReport report = auditing.report();
    assertThat(report.unchecked())
        .extracting(UncheckedPart::what)
        .containsExactly("What the aggregator collects from");
    assertThat(report.exitCode()).isEqualTo(2);
  }

  @Test
  void whoIsMissingIsUncheckedIfTheAccountsCanNotBeListed() {
    auditing.organization.refusing(
        () -> organizationsError("AccessDeniedException", "You don't have permissions."));
    auditing.config.flagged(account(1), REGION, "www", LIVE);
    OrganizationReport report = auditing.report();
    assertThat(report.expected()).isEmpty();
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.what()).isEqualTo("Which accounts are missing");
          assertThat(one.code()).isEqualTo("AccessDeniedException");
          assertThat(one.error()).contains("delegated administrators can list the accounts");
        });
    assertThat(report.accounts().getFirst().membership()).isEqualTo(Membership.UNKNOWN);
    assertThat(report.verdict()).contains("It is not known which accounts should be here.");
    assertThat(report.exitCode()).isEqualTo(3);
  }

  @Test
  void withoutAnOrganizationTheNamedAccountsAreExpected() {
    auditing.organization.refusing(
        () -> organizationsError("AWSOrganizationsNotInUseException", "Not a member."));
    auditing.config.collectingFrom(REGION, account(1), account(2)).compliant(account(1), REGION);
    OrganizationReport report = auditing.report();
    assertThat(report.unchecked()).isEmpty();
    assertThat(report.expected()).hasValue(2);
    assertThat(report.missing())
        .extracting(MissingAccount::account, MissingAccount::reason)
        .containsExactly(tuple(account(2), Reason.NO_RESULTS));
    assertThat(report.notes())
        .anySatisfy(note -> assertThat(note).contains("collects only from: eu-west-1"))
        .anySatisfy(note -> assertThat(note).contains("is not in an organization"));
  }

  @Test
  void anAccountWithoutResultsIsMissing() {
    member(1, "a").member(2, "forgotten");
    auditing.config.compliant(account(1), REGION);
    OrganizationReport report = auditing.report();
    assertThat(report.missing())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.account()).isEqualTo(account(2));
          assertThat(one.name()).contains("forgotten");
          assertThat(one.region()).isEmpty();
          assertThat(one.reason()).isEqualTo(Reason.NO_RESULTS);
        });
    assertThat(report.exitCode()).isEqualTo(2);
  }

  @Test
  void anAccountThatTheAggregatorDoesNotNameIsMissingForThat() {
    member(1, "a").member(2, "b");
    auditing.config.collectingFrom(REGION, account(1)).compliant(account(1), REGION);
    assertThat(auditing.report().missing())
        .singleElement()
        .satisfies(one -> assertThat(one.reason()).isEqualTo(Reason.NOT_A_SOURCE));
  }

  @Test
  void anAccountWhoseRuleHasJudgedNothingIsMissing() {
    member(1, "a").member(2, "b");
    auditing
        .config
        .compliant(account(1), REGION)
        .showing(account(2), REGION, ComplianceType.INSUFFICIENT_DATA);
    OrganizationReport report = auditing.report();
    assertThat(report.missing())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.account()).isEqualTo(account(2));
          assertThat(one.reason()).isEqualTo(Reason.NO_JUDGMENT);
        });
    assertThat(report.judgedAccounts()).isEqualTo(1);
  }

  @Test
  void anAccountWhoseRuleHasStoppedIsMissing() {
    member(1, "a").member(2, "b").member(3, "c");
    Instant limit = NOW.minus(Duration.ofDays(3));
    flagged(1, "www", limit.minusSeconds(1));
    flagged(2, "www", limit);
    flagged(3, "www", Instant.EPOCH)
        .result(account(3), REGION, "new", ComplianceType.NON_COMPLIANT, LIVE, NOW);
    OrganizationReport report = auditing.report();
    assertThat(report.missing())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.account()).isEqualTo(account(1));
          assertThat(one.region()).contains(REGION);
          assertThat(one.reason()).isEqualTo(Reason.RESULTS_OLD);
          assertThat(one.detail()).contains(limit.minusSeconds(1).toString());
        });
    assertThat(report.complete()).isFalse();
    assertThat(report.exitCode()).isEqualTo(3);
  }

  @Test
  void ofASuspendedAccountNoNewResultsAreExpected() {
    auditing.organization.with(account -> account.id(account(1)).state(AccountState.SUSPENDED));
    flagged(1, "www", Instant.EPOCH);
    assertThat(auditing.report().missing()).isEmpty();
  }

  @Test
  void oldResultsOfAnAccountThatTheAggregatorCanNotReadAreNotTheRulesFault() {
    member(1, "a");
    flagged(1, "www", Instant.EPOCH)
        .source(
            account(1), AggregatedSourceType.ACCOUNT, REGION, AggregatedSourceStatusType.OUTDATED);
    assertThat(auditing.report().missing())
        .extracting(MissingAccount::reason)
        .containsExactly(Reason.AGGREGATION_OUTDATED);
  }

  @Test
  void whoseAgeWasNotReadIsCounted() {
    member(1, "a").member(2, "b");
    auditing.config.compliant(account(1), REGION).flagged(account(2), REGION, "www", LIVE);
    assertThat(auditing.report().notes())
        .containsExactly(
            "The age of the results was not read for 1 account with nothing flagged. --all reads"
                + " it.");
    assertThat(auditing.reportOnAll().notes()).isEmpty();
  }

  private FakeAggregator flagged(int number, String certificate, Instant orderedAt) {
    return auditing
        .config
        .showing(account(number), REGION, ComplianceType.NON_COMPLIANT)
        .result(
            account(number), REGION, certificate, ComplianceType.NON_COMPLIANT, LIVE, orderedAt);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"})
  void anAccountThatIsNotActiveIsNotMissing(String state) {
    member(1, "a");
    auditing.organization.with(account -> account.id(account(2)).state(state));
    auditing
        .config
        .compliant(account(1), REGION)
        .source(
            account(2), AggregatedSourceType.ACCOUNT, REGION, AggregatedSourceStatusType.FAILED);
    OrganizationReport report = auditing.report();
    assertThat(report.missing()).isEmpty();
    assertThat(report.expected()).hasValue(1);
    // The other is on the age of the results.
    assertThat(report.notes())
        .hasSize(2)
        .first()
        .satisfies(note -> assertThat(note).startsWith("1 account of the organization is"));
    assertThat(report.exitCode()).isZero();
  }

  @Test
  void theOlderStatusOfAnAccountIsReadTooAndOtherwiseItIsExpected() {
    auditing
        .organization
        .with(account -> account.id(account(1)).status(AccountStatus.SUSPENDED))
        .with(account -> account.id(account(2)))
        .with(account -> account.id(account(3)).state("A_STATE_OF_TOMORROW"))
        .with(account ->
            account.id(account(4)).state(AccountState.ACTIVE).status(AccountStatus.SUSPENDED));
    assertThat(auditing.report().missing())
        .extracting(MissingAccount::account)
        .containsExactly(account(2), account(3), account(4));
  }

  @Test
  void anAccountWhoseAggregationIsOutdatedIsMissingAndItsResultsStand() {
    member(1, "a");
    auditing
        .config
        .flagged(account(1), REGION, "www", LIVE)
        .source(
            account(1), AggregatedSourceType.ACCOUNT, REGION, AggregatedSourceStatusType.OUTDATED);
    OrganizationReport report = auditing.report();
    assertThat(report.missing())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.reason()).isEqualTo(Reason.AGGREGATION_OUTDATED);
          assertThat(one.region()).contains(REGION);
          assertThat(one.detail())
              .isEqualTo(
                  "eu-west-1: TemporarilyUnavailable: Try later. (last update"
                      + " 2026-11-23T03:00:00Z)");
        });
    assertThat(report.flaggedCertificates()).isEqualTo(1);
    assertThat(report.accounts().getFirst().outOfDate()).isTrue();
    assertThat(report.exitCode()).isEqualTo(3);
  }

  @Test
  void aFailedSourceExplainsWhyAnAccountHasNoResults() {
    member(1, "a").member(2, "b");
    auditing.config.compliant(account(1), REGION);
    for (String region : new String[] {"us-east-1", "us-east-2", "us-west-1", "us-west-2"}) {
      auditing.config.source(
          account(2), AggregatedSourceType.ACCOUNT, region, AggregatedSourceStatusType.FAILED);
    }
    assertThat(auditing.report().missing())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.reason()).isEqualTo(Reason.AGGREGATION_FAILED);
          assertThat(one.detail())
              .startsWith("us-east-1: TemporarilyUnavailable")
              .endsWith("; and 1 more");
        });
  }

  @Test
  void aFailedSourceWhereNobodyHasTheRuleIsOnlyANote() {
    member(1, "a");
    auditing
        .config
        .compliant(account(1), REGION)
        .source(
            account(1),
            AggregatedSourceType.ACCOUNT,
            "ap-south-1",
            AggregatedSourceStatusType.FAILED);
    OrganizationReport report = auditing.report();
    assertThat(report.missing()).isEmpty();
    assertThat(report.accounts().getFirst().outOfDate()).isFalse();
    // The other is on the age of the results.
    assertThat(report.notes())
        .hasSize(2)
        .first()
        .satisfies(note -> assertThat(note).startsWith("1 source of the aggregator"));
    assertThat(report.complete()).isTrue();
  }

  @Test
  void aFailedSourceWhereOthersHaveTheRuleCouldHideResults() {
    member(1, "a").member(2, "b");
    auditing
        .config
        .compliant(account(1), REGION)
        .compliant(account(2), "us-east-1")
        .source(
            account(1),
            AggregatedSourceType.ACCOUNT,
            "us-east-1",
            AggregatedSourceStatusType.FAILED);
    assertThat(auditing.report().missing())
        .singleElement()
        .satisfies(one -> assertThat(one.region()).contains("us-east-1"));
  }

  @Test
  void anOrganizationThatTheAggregatorCanNotReadIsUnchecked() {
    member(1, "a");
    auditing
        .config
        .compliant(account(1), REGION)
        .source(
            "o-ab12cd34ef",
            AggregatedSourceType.ORGANIZATION,
            REGION,
            AggregatedSourceStatusType.FAILED);
    OrganizationReport report = auditing.report();
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.what()).isEqualTo("The organization o-ab12cd34ef");
          assertThat(one.error()).contains("TemporarilyUnavailable: Try later.");
        });
    assertThat(report.exitCode()).isEqualTo(2);
  }

  @Test
  void statusesThatCanNotBeReadAreUnchecked() {
    member(1, "a");
    auditing
        .config
        .compliant(account(1), REGION)
        .failing("sources", () -> configError(500, "InternalFailure", "Oops."));
    assertThat(auditing.report().unchecked())
        .extracting(UncheckedPart::what)
        .containsExactly("Whose results are out of date");
  }

  @Test
  void stopsAskingForStatusesAndSaysSo() {
    member(1, "a");
    auditing.config.compliant(account(1), REGION);
    for (int i = 0; i < 15_001; i++) {
      auditing.config.source(
          account(2), AggregatedSourceType.ACCOUNT, "r" + i, AggregatedSourceStatusType.FAILED);
    }
    assertThat(auditing.report().unchecked())
        .extracting(UncheckedPart::code)
        .containsExactly("TooManySources");
    assertThat(auditing.config.count("sources")).isEqualTo(150);
    assertThat(auditing.reportOnAll().unchecked()).isEmpty();
  }

  @Test
  void detailsThatAreRefusedForOneAccountLeaveTheOthers() {
    member(1, "a").member(2, "b");
    auditing
        .config
        .flagged(account(1), REGION, "www", LIVE)
        .flagged(account(2), REGION, "api", UNUSED)
        .failing(
            "details " + account(2), () -> configError(400, "ValidationException", "Bad account."));
    OrganizationReport report = auditing.report();
    AccountResults refused = report.accounts().getLast();
    assertThat(refused.account()).isEqualTo(account(2));
    assertThat(refused.details().state()).isEqualTo(Details.State.UNREADABLE);
    assertThat(refused.details().error().orElseThrow().error()).contains("Bad account.");
    assertThat(refused.details().newest()).isEmpty();
    assertThat(report.accounts().getFirst().details().results()).hasSize(1);
    assertThat(report.flaggedCertificates()).isEqualTo(2);
    assertThat(report.unchecked())
        .extracting(UncheckedPart::what)
        .containsExactly("The results of " + account(2) + " in eu-west-1");
    assertThat(report.exitCode()).isEqualTo(3);
  }

  @Test
  void detailsThatAreRefusedForManyAccountsAreOneEntry() {
    for (int i = 1; i <= 50; i++) {
      member(i, "a" + i);
      auditing
          .config
          .flagged(account(i), REGION, "www", LIVE)
          .failing("details " + account(i), () -> configError(400, "AccessDeniedException", "No."));
    }
    OrganizationReport report = auditing.report();
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(
            one -> assertThat(one.what()).isEqualTo("The results of 50 accounts and regions"));
    assertThat(report.flaggedAccounts()).isEqualTo(50);
    assertThat(report.verdict()).startsWith("50 certificates are flagged in 50 accounts.");
  }

  @Test
  void flaggedWithoutAnyResultIsDoubted() {
    member(1, "a");
    auditing.config.showing(account(1), REGION, ComplianceType.NON_COMPLIANT);
    OrganizationReport report = auditing.report();
    assertThat(report.accounts().getFirst().details().state()).isEqualTo(Details.State.UNREADABLE);
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(one -> assertThat(one.error()).contains("but lists nothing"));
  }

  @Test
  void waitsWhileItIsThrottled() {
    member(1, "a");
    auditing
        .config
        .flagged(account(1), REGION, "www", LIVE)
        .failing(
            "details " + account(1),
            () -> configError(400, "ThrottlingException", "Rate exceeded"));
    auditing.pause =
        duration -> {
          auditing.pauses.add(duration);
          auditing.config.answering("details " + account(1));
        };
    OrganizationReport report = auditing.report();
    assertThat(report.unchecked()).isEmpty();
    assertThat(report.flaggedCertificates()).isEqualTo(1);
    assertThat(auditing.pauses).hasSize(1);
  }

  @Test
  void readsThrottledAccountsAgainOneByOneAndTheOthersOnce() {
    for (int i = 1; i <= 40; i++) {
      member(i, "a" + i);
      auditing.config.flagged(account(i), REGION, "www", LIVE);
    }
    auditing.config.throttlingDetails(5, 12);
    OrganizationReport report = auditing.report();
    assertThat(report.unchecked()).isEmpty();
    assertThat(auditing.config.count("details")).isEqualTo(52);
    assertThat(auditing.pauses).isEmpty();
    assertThat(auditing.progress).contains("Throttled details of 12 of 12 accounts and regions");
  }

  @Test
  void aTimeoutCouldBeThrottlingToo() {
    member(1, "a");
    auditing
        .config
        .flagged(account(1), REGION, "www", LIVE)
        .failing("details " + account(1), () -> ApiCallTimeoutException.create(30_000));
    OrganizationReport report = auditing.report();
    assertThat(auditing.pauses).hasSize(3);
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(one ->
            assertThat(one.error()).endsWith("Or AWS throttles the calls: try again later."));
  }

  @Test
  void givesUpWhatIsThrottledForGood() {
    member(1, "a");
    auditing.config.flagged(account(1), REGION, "www", LIVE);
    auditing.organization.refusing(
        () -> organizationsError("TooManyRequestsException", "Slow down."));
    OrganizationReport report = auditing.report();
    assertThat(auditing.pauses).hasSize(3);
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(one -> assertThat(one.code()).isEqualTo("TooManyRequestsException"));
  }

  @Test
  void aRuleInTwoRegionsMakesTwoRowsAndOneCertificate() {
    member(1, "a");
    auditing
        .config
        .flagged(account(1), REGION, "www", LIVE)
        .flagged(account(1), "us-east-1", "www", LIVE);
    OrganizationReport report = auditing.report();
    assertThat(report.accounts())
        .extracting(AccountResults::region)
        .containsExactly(REGION, "us-east-1");
    assertThat(report.flaggedAccounts()).isEqualTo(1);
    assertThat(report.flaggedCertificates()).isEqualTo(1);
  }

  @Test
  void whatOnlyOneOfTwoRegionsCouldReadCountsOnce() {
    member(1, "a");
    auditing
        .config
        .flagged(account(1), REGION, "www", LIVE)
        .showing(account(1), "us-east-1", ComplianceType.NON_COMPLIANT);
    OrganizationReport report = auditing.report();
    assertThat(report.unchecked()).hasSize(1);
    assertThat(report.flaggedCertificates()).isEqualTo(1);
  }

  @Test
  void anAccountWithoutCertificatesHasNoneThatIsValid() {
    member(1, "a");
    auditing.config.emptyAccount(account(1), REGION);
    OrganizationReport report = auditing.reportOnAll();
    assertThat(report.judgedAccounts()).isEqualTo(1);
    assertThat(report.count(Priority.VALID)).isZero();
  }

  @Test
  void aRowThatPagesShowTwiceCountsOnceAndTheWorseOne() {
    member(1, "a");
    auditing
        .config
        .compliant(account(1), REGION)
        .flagged(account(1), REGION, "www", LIVE)
        .showing(account(1), REGION, ComplianceType.COMPLIANT);
    OrganizationReport report = auditing.report();
    assertThat(report.accounts())
        .singleElement()
        .satisfies(one -> assertThat(one.isFlagged()).isTrue());
  }

  @Test
  void anAccountOutsideOfTheOrganizationIsListed() {
    member(1, "a");
    auditing.config.compliant(account(1), REGION).flagged(account(9), REGION, "www", LIVE);
    OrganizationReport report = auditing.report();
    assertThat(report.accounts().getFirst().account()).isEqualTo(account(9));
    assertThat(report.accounts().getFirst().membership()).isEqualTo(Membership.NOT_LISTED);
    assertThat(report.missing()).isEmpty();
  }

  @Test
  void aResultWithoutAnAnnotationIsFlaggedAndRankedHigh() {
    member(1, "a").member(2, "b");
    auditing
        .config
        .flagged(account(1), REGION, "old", UNUSED)
        .flagged(account(2), REGION, "who", null);
    OrganizationReport report = auditing.report();
    assertThat(report.accounts().getFirst().account()).isEqualTo(account(2));
    assertThat(report.accounts().getFirst().details().results().getFirst().annotation()).isEmpty();
    assertThat(report.verdict())
        .startsWith(
            "2 certificates are flagged in 2 accounts. None is known to have expired and be");
  }

  @Test
  void theAgeIsThatOfTheNewestResult() {
    Instant newer = ORDERED.plusSeconds(60);
    member(1, "a");
    auditing
        .config
        .flagged(account(1), REGION, "a", LIVE)
        .result(account(1), REGION, "b", ComplianceType.NON_COMPLIANT, LIVE, newer)
        .result(
            account(1),
            REGION,
            "c",
            ComplianceType.NON_COMPLIANT,
            LIVE,
            ORDERED.minusSeconds(86_400));
    assertThat(auditing.report().accounts().getFirst().details().newest()).contains(newer);
  }

  @Test
  void tenThousandAccountsTakeFewCalls() {
    for (int i = 1; i <= 10_000; i++) {
      member(i, "account " + i);
      if (i % 20 == 0) {
        auditing.config.flagged(account(i), REGION, "www", LIVE);
      } else {
        auditing.config.compliant(account(i), REGION);
      }
    }
    OrganizationReport report = auditing.report();
    assertThat(report.flaggedAccounts()).isEqualTo(500);
    assertThat(report.accounts()).hasSize(10_000);
    assertThat(report.complete()).isTrue();
    assertThat(auditing.organization.requests).hasSize(500);
    assertThat(auditing.config.count("overview")).isEqualTo(10);
    assertThat(auditing.config.count("details")).isEqualTo(500);
    assertThat(auditing.organization.requests.size() + auditing.config.calls.size())
        .isEqualTo(1_012)
        .isLessThanOrEqualTo(1_200);
    assertThat(auditing.progress)
        .contains(
            "Accounts of the organization: 10,000",
            "Results of 10,000 accounts and regions",
            "Details of 500 of 500 accounts and regions");
  }

  @Test
  void anInterruptionEndsTheAudit() {
    member(1, "a");
    auditing.config.flagged(account(1), REGION, "www", LIVE);
    auditing.organization.beforeAnswer(() -> Thread.currentThread().interrupt());
    assertThatThrownBy(auditing::report).isInstanceOf(CancellationException.class);
    assertThat(auditing.config.count("details")).isZero();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptionIsNotTakenForARefusal() {
    member(1, "a");
    auditing.config.flagged(account(1), REGION, "www", LIVE);
    auditing.organization.refusing(() -> {
      Thread.currentThread().interrupt();
      return organizationsError("ServiceException", "Aborted.");
    });
    assertThatThrownBy(auditing::report).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  private OrganizationAuditTest member(int number, String name) {
    auditing.organization.with(account(number), name);
    return this;
  }
}
