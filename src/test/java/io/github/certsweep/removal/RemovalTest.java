package io.github.certsweep.removal;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.certificate;
import static io.github.certsweep.fake.World.iamError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.removal.RemovalResult.Outcome;
import io.github.certsweep.usage.FakeUsage;
import io.github.certsweep.verdict.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.iam.model.DeleteConflictException;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesResponse;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

class RemovalTest {
  private static final String ARN = "arn:aws:iam::123456789012:server-certificate/";
  private static final String ID = "ASCAOLDOLDOLDOLDOLDOL";
  private static final String OTHER_ID = "ASCANEWNEWNEWNEWNEWNE";
  private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(10));

  private final FakeIam iam = new FakeIam().with(withId(ID, certificate("old", LONG_AGO)));
  private final List<Duration> pauses = new ArrayList<>();

  @Test
  void expiredAndUnusedIsDeletedAndConfirmed() {
    RemovalResult result = remove(FakeUsage.of());
    assertThat(result.outcome()).isEqualTo(Outcome.REMOVED);
    assertThat(result.reason()).isEqualTo("Deleted old (" + ID + ").");
    assertThat(iam.deletions).containsExactly("old");
    // One look before the deletion, two that confirm it.
    assertThat(iam.reads).hasSize(3);
    assertThat(result.toJson().toString())
        .startsWith("{\"outcome\":\"REMOVED\",\"reason\":\"Deleted old")
        .contains("\"verdict\":{\"found\":true,");
  }

  @Test
  void inUseIsRefusedWhateverTheCallerBelieves() {
    RemovalResult result = remove(FakeUsage.of(ARN + "old"));
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.reason()).startsWith("In use by 1 resource: ");
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void theDeletionItselfRefusesAVerdictThatDoesNotAllowIt() {
    Verdict inUse = remove(FakeUsage.of(ARN + "old")).verdict();
    CertificateDeletion deletion = new CertificateDeletion(iam, iam, pauses::add);
    assertThatThrownBy(() -> deletion.delete(inUse, Deadline.in(60_000, CLOCK)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Not deletable: In use by 1 resource: ");
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void anUncheckedPlaceIsRefused() {
    assertRefused(remove(FakeUsage.denied()), "Usage unknown: ");
  }

  @Test
  void renewedSinceTheSnapshotIsRefused() {
    iam.without("old").with(withId(ID, certificate("old", NOW.plusSeconds(1))));
    assertRefused(remove(FakeUsage.of()), "Valid until ");
  }

  @Test
  void replacedUnderTheSameNameIsRefused() {
    iam.without("old").with(withId(OTHER_ID, certificate("old", LONG_AGO)));
    assertRefused(
        remove(FakeUsage.of()), "The name old now belongs to another certificate, " + OTHER_ID);
  }

  @Test
  void renamedIsRefused() {
    iam.without("old").with(withId(ID, certificate("older", LONG_AGO)));
    assertRefused(remove(FakeUsage.of()), "Certificate " + ID + " is now named older, not old.");
  }

  @Test
  void renamedWhileAnotherTookTheNameIsRefused() {
    iam.without("old")
        .with(
            withId(ID, certificate("older", LONG_AGO)),
            withId(OTHER_ID, certificate("old", LONG_AGO)));
    assertRefused(remove(FakeUsage.of()), "Certificate " + ID + " is now named older, not old.");
  }

  @Test
  void replacedDuringTheSearchIsRefused() {
    iam.beforeRead(
        1, () -> iam.without("old").with(withId(OTHER_ID, certificate("old", LONG_AGO))));
    assertRefused(
        remove(FakeUsage.of()), "The name old now belongs to another certificate, " + OTHER_ID);
  }

  @Test
  void anExceptionIsRefused() {
    iam.excepted("old", "2026-12-01", "vendor migration");
    RemovalResult result = removeWithExceptions(FakeUsage.of());
    assertRefused(result, "Expired 2026-11-13T12:00:00Z, 10 days ago. Not in use. Exception until");
    assertThat(result.verdict().deletable()).isFalse();
    assertThat(iam.tagReads).isEmpty();
    assertThat(iam.reads).hasSize(1);
  }

  @Test
  void anExceptionSetDuringTheSearchIsRefused() {
    iam.beforeRead(1, () -> iam.excepted("old", "2026-12-01", "vendor migration"));
    assertRefused(removeWithExceptions(FakeUsage.of()), "Expired 2026-11-13T12:00:00Z, ");
  }

  @Test
  void anExceptionTakenAwayDuringTheSearchKeepsNothing() {
    iam.excepted("old", "2026-12-01", "vendor migration");
    iam.beforeRead(1, () -> iam.tagged("old", "owner", "me"));
    RemovalResult result = removeWithExceptions(FakeUsage.of());
    assertThat(result.outcome()).isEqualTo(Outcome.REMOVED);
    assertThat(result.verdict().deletable()).isTrue();
  }

  @Test
  void theLastOfSeveralReadsCounts() {
    // IAM first says that there is no certificate, and then shows it with an exception.
    iam.beforeRead(
        1,
        () -> {
          iam.excepted("old", "2026-12-01", "vendor migration");
          throw FakeIam.noSuchEntity("old");
        });
    assertRefused(removeWithExceptions(FakeUsage.of()), "Expired 2026-11-13T12:00:00Z, ");
    assertThat(iam.reads).hasSize(2);
  }

  @Test
  void anExceptionThatEndedKeepsNothing() {
    iam.excepted("old", "2026-11-22", "vendor migration");
    assertThat(removeWithExceptions(FakeUsage.of()).outcome()).isEqualTo(Outcome.REMOVED);
  }

  @Test
  void anAnswerWithoutAListOfTagsIsRefused() {
    iam.withoutListsOfTags();
    RemovalResult result = removeWithExceptions(FakeUsage.of());
    assertRefused(
        result, "Expired 2026-11-13T12:00:00Z, 10 days ago. Not in use. Exception unknown");
    assertThat(result.reason()).contains("iam:GetServerCertificate failed: ", "Try again.");
  }

  @Test
  void tagsMeanNothingWhileExceptionsAreOff() {
    iam.excepted("old", "2026-12-01", "vendor migration");
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.REMOVED);
    iam.with(withId(ID, certificate("old", LONG_AGO))).withoutListsOfTags();
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.REMOVED);
  }

  @Test
  void whatIsInUseIsRefusedBeforeItsTagsAreRead() {
    RemovalResult result = removeWithExceptions(FakeUsage.of(ARN + "old"));
    assertRefused(result, "In use by 1 resource: ");
    assertThat(result.reason()).doesNotContain("xception");
    assertThat(iam.reads).isEmpty();
  }

  @Test
  void deletedBySomebodyElseIsNoFailure() {
    iam.without("old");
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.ALREADY_GONE);
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void deletedBySomebodyElseDuringTheSearchIsNoFailure() {
    iam.beforeRead(1, () -> iam.without("old"));
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.ALREADY_GONE);
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void renamedDuringTheSearchIsRefused() {
    iam.beforeRead(1, () -> iam.without("old").with(withId(ID, certificate("older", LONG_AGO))));
    assertRefused(remove(FakeUsage.of()), "Certificate " + ID + " is now named older, not old.");
  }

  @Test
  void renamedInTheLastMomentIsRefused() {
    iam.deletingBy(name -> {
      iam.without("old").with(withId(ID, certificate("older", LONG_AGO)));
      throw FakeIam.noSuchEntity(name);
    });
    assertRefusedAfterTrying(remove(FakeUsage.of()), "is now named older, not old.");
  }

  @Test
  void anUnknownEndOfTheDeletionIsSaidToBeUnknown() {
    iam.deletingBy(name -> {
      throw SdkClientException.builder().message("Connection reset").build();
    });
    iam.beforeRead(
        2,
        () -> {
          throw iamError(503, "ServiceUnavailable", "Later");
        });
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining(
            "It is not known whether old was deleted: iam:DeleteServerCertificate failed: NoAnswer")
        .hasMessageContaining("ServiceUnavailable");
  }

  @Test
  void anAnswerWithoutACertificateIsNoCertificate() {
    iam.answeringReadsEmptyFrom(1);
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .hasMessageContaining("The answer contains no certificate.");
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void aCertificateWithoutAnIdIsNotGone() {
    iam.answeringReadsWithoutIds();
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .hasMessageContaining("The answer contains no certificate.");
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void anAnswerWithoutACertificateConfirmsNothing() {
    iam.answeringReadsEmptyFrom(2);
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .hasMessageContaining("IAM accepted the deletion of old, but it could not be confirmed");
  }

  @Test
  void deletedBySomebodyElseInTheLastMomentIsNoFailure() {
    iam.deletingBy(name -> {
      iam.without(name);
      throw FakeIam.noSuchEntity(name);
    });
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.ALREADY_GONE);
  }

  @Test
  void notFoundOnceIsReadAgainAndDeleted() {
    iam.beforeRead(
        1,
        () -> {
          throw FakeIam.noSuchEntity("old");
        });
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.REMOVED);
    assertThat(iam.deletions).containsExactly("old");
    assertThat(pauses).contains(Duration.ofSeconds(1));
  }

  @Test
  void listedButNeverFoundIsNotReportedAsGone() {
    iam.deletingBy(name -> {
      throw new AssertionError("must not be deleted");
    });
    for (int read = 1; read <= 20; read++) {
      iam.beforeRead(
          read,
          () -> {
            throw FakeIam.noSuchEntity("old");
          });
    }
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .hasMessageStartingWith(
            "iam:GetServerCertificate failed: One IAM call says that old does not exist")
        .hasMessageContaining("Nothing was deleted here.");
    assertThat(iam.reads).hasSize(20);
  }

  @Test
  void aDeletionThatIamContradictsIsNotReportedAsDone() {
    iam.deletingBy(name -> {
      throw FakeIam.noSuchEntity(name);
    });
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .hasMessageStartingWith("iam:DeleteServerCertificate failed: One IAM call says that old")
        .hasMessageContaining("Nothing was deleted here.");
  }

  @Test
  void aListingThatLagsBehindAnothersDeletionIsWaitedFor() {
    iam.deletingBy(name -> {
      throw FakeIam.noSuchEntity(name);
    });
    RemovalResult result =
        remove(
            new RemovalRequest("old", ID),
            FakeUsage.of(),
            duration -> {
              pauses.add(duration);
              if (pauses.size() == 3) {
                iam.without("old");
              }
            });
    assertThat(result.outcome()).isEqualTo(Outcome.ALREADY_GONE);
  }

  @Test
  void anInterruptionBeforeTheNextLookIsNoProofThatItIsGone() {
    iam.beforeRead(
        1,
        () -> {
          throw FakeIam.noSuchEntity("old");
        });
    assertThatThrownBy(this::removeAndBeInterrupted).hasMessageContaining("another still shows it");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void aListingThatLacksWhatAReadShowsIsNoProofThatItIsGone() {
    iam.answeringCall(1, () -> ListServerCertificatesResponse.builder().isTruncated(false).build());
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .hasMessageStartingWith(
            "iam:ListServerCertificates failed: One IAM call says that old does not");
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void anIdOfAnOldAccountIsDeletedToo() {
    String id = "AS5YBEIONO2Q7CAIHKNGC";
    iam.without("old").with(withId(id, certificate("old", LONG_AGO)));
    assertThat(
            remove(
                    RemovalRequest.parse("{\"certificate\":\"old\",\"id\":\"" + id + "\"}"),
                    FakeUsage.of(),
                    pauses::add)
                .outcome())
        .isEqualTo(Outcome.REMOVED);
  }

  @Test
  void aNameInAnotherCaseIsNotTheOneThatWasAskedFor() {
    RemovalResult result = remove(new RemovalRequest("OLD", ID), FakeUsage.of(), pauses::add);
    assertRefused(result, "Certificate " + ID + " is now named old, not OLD.");
  }

  @Test
  void aConflictThatWasNotForeseenIsRefusedInIamsWords() {
    iam.deletingBy(name -> {
      throw DeleteConflictException.builder()
          .statusCode(409)
          .awsErrorDetails(
              AwsErrorDetails.builder()
                  .errorCode("DeleteConflict")
                  .errorMessage(
                      "Certificate: "
                          + ID
                          + " is currently in use by arn:x. Please remove it first.")
                  .build())
          .build();
    });
    assertRefusedAfterTrying(remove(FakeUsage.of()), "is currently in use by arn:x");
  }

  @Test
  void aConflictWithoutAReasonIsRefusedToo() {
    iam.deletingBy(name -> {
      throw DeleteConflictException.builder()
          .statusCode(409)
          .awsErrorDetails(AwsErrorDetails.builder().errorCode("DeleteConflict").build())
          .build();
    });
    assertRefusedAfterTrying(remove(FakeUsage.of()), "(AWS gave no reason)");
  }

  @Test
  void aLongBadRequestIsQuotedInPartAndOnOneLine() {
    assertThatThrownBy(() -> new RemovalRequest("\n".repeat(1_000), ID))
        .hasMessageContaining("\\u000a...\" (1000 characters)");
    assertThatThrownBy(() -> new RemovalRequest("old", "\n".repeat(1_000)))
        .hasMessageContaining("\\u000a...\" (1000 characters)");
  }

  @Test
  void anAnswerLostAfterTheDeletionIsARemoval() {
    iam.deletingBy(name -> {
      iam.without(name);
      throw SdkClientException.builder().message("Connection reset").build();
    });
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.REMOVED);
  }

  @Test
  void renamedWhileTheDeletionFailedIsNoRemoval() {
    iam.deletingBy(name -> {
      iam.without("old").with(withId(ID, certificate("older", LONG_AGO)));
      throw SdkClientException.builder().message("Connection reset").build();
    });
    assertRefusedAfterTrying(remove(FakeUsage.of()), "is now named older, not old.");
  }

  @Test
  void aFailedDeletionIsAnErrorThatNamesTheCall() {
    iam.deletingBy(name -> {
      throw iamError(403, "AccessDenied", "No");
    });
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .isInstanceOf(AwsCallException.class)
        .hasMessageStartingWith("iam:DeleteServerCertificate failed: AccessDenied: No.")
        .hasMessageNotContaining("not known");
  }

  @Test
  void whatSomebodyElseDeletedWhileThisDeletionWasRefusedIsAlreadyGone() {
    iam.deletingBy(name -> {
      iam.without("old");
      throw iamError(400, "Throttling", "Rate exceeded");
    });
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.ALREADY_GONE);
  }

  @Test
  void aDeletionWithoutAnAnswerMayComeYetAndSaysSo() {
    iam.deletingBy(name -> {
      throw SdkClientException.builder().message("Read timed out").build();
    });
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .isInstanceOf(AwsCallException.class)
        .hasMessageStartingWith("iam:DeleteServerCertificate failed: NoAnswer: Read timed out.")
        .hasMessageEndingWith(
            "It is not known whether old was deleted: IAM still shows it, but may still delete it."
                + " Start again to find out.");
  }

  @Test
  void aDeletionThatAwsFailedAtMayComeYetAndSaysSo() {
    iam.deletingBy(name -> {
      throw iamError(503, "ServiceUnavailable", "Later");
    });
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .hasMessageContaining("It is not known whether old was deleted");
  }

  @Test
  void aDeletionThatIsSeenLateIsWaitedFor() {
    iam.deletingBy(name -> {});
    iam.beforeRead(5, () -> iam.without("old"));
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.REMOVED);
    assertThat(iam.reads).hasSize(6);
    assertThat(pauses).containsOnly(Duration.ofSeconds(1)).hasSize(4);
  }

  @Test
  void aDeletionThatIsNeverSeenIsAnErrorThatSaysSo() {
    iam.deletingBy(name -> {});
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining(
            "IAM accepted the deletion of old, but it could not be confirmed: IAM still shows it.");
    assertThat(iam.reads).hasSize(21);
  }

  @Test
  void aDeletionThatCanNotBeConfirmedIsAnErrorThatSaysSo() {
    iam.beforeRead(
        2,
        () -> {
          throw iamError(403, "AccessDenied", "No");
        });
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining(
            "IAM accepted the deletion of old, but it could not be confirmed: iam:Get")
        .hasMessageContaining("AccessDenied");
  }

  @Test
  void withoutTimeToConfirmNothingIsDeleted() {
    RemovalResult result =
        new Removal(iam, iam, FakeUsage.of().search(), ExceptionLimit.OFF, CLOCK, pauses::add)
            .remove(new RemovalRequest("old", ID), Deadline.in(32_000, CLOCK));
    assertRefused(result, "Usage unknown: 1 of 1 checks failed (eu-west-1 fake: OutOfTime)");
  }

  @Test
  void oneReadThatStillSeesItStartsTheConfirmationAgain() {
    ServerCertificateMetadata again = withId(ID, certificate("old", LONG_AGO));
    iam.beforeRead(3, () -> iam.with(again)).beforeRead(4, () -> iam.without("old"));
    assertThat(remove(FakeUsage.of()).outcome()).isEqualTo(Outcome.REMOVED);
    assertThat(iam.reads).hasSize(5);
  }

  @Test
  void aDeniedReadIsAnErrorBeforeAnythingIsDeleted() {
    iam.beforeRead(
        1,
        () -> {
          throw iamError(403, "AccessDenied", "No");
        });
    assertThatThrownBy(() -> remove(FakeUsage.of()))
        .hasMessageStartingWith("iam:GetServerCertificate failed: AccessDenied");
    assertThat(iam.deletions).isEmpty();
  }

  @Test
  void anInterruptionWhileConfirmingIsPassedOn() {
    assertThatThrownBy(this::removeAndBeInterrupted)
        .hasMessageContaining("IAM accepted the deletion of old");
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"certificate\":\"old\"}",
        "{\"id\":\"" + ID + "\"}",
        "{\"certificate\":\"a/b\",\"id\":\"" + ID + "\"}",
        "{\"certificate\":\"old\",\"id\":\"ASCATOOSHORTTOO\"}",
        "{\"certificate\":\"old\",\"id\":\"" + ID + "*\"}",
        "{\"certificate\":[\"old\"],\"id\":\"" + ID + "\"}",
        "{}"
      })
  void malformedRequestsAreRefused(String json) {
    assertThatThrownBy(() -> RemovalRequest.parse(json))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith(" Nothing was deleted.");
  }

  @Test
  void aRequestNamesNameAndId() {
    assertThat(RemovalRequest.parse("{\"certificate\":\"a+b@c\",\"id\":\"" + ID + "\"}"))
        .isEqualTo(new RemovalRequest("a+b@c", ID));
  }

  private void assertRefused(RemovalResult result, String reason) {
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.reason()).startsWith(reason);
    assertThat(iam.deletions).isEmpty();
  }

  private void assertRefusedAfterTrying(RemovalResult result, String reason) {
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.reason()).contains(reason);
  }

  private RemovalResult remove(FakeUsage usage) {
    return remove(new RemovalRequest("old", ID), usage, pauses::add);
  }

  private RemovalResult removeWithExceptions(FakeUsage usage) {
    return new Removal(iam, iam, usage.search(), new ExceptionLimit(30), CLOCK, pauses::add)
        .remove(new RemovalRequest("old", ID), Deadline.in(60_000, CLOCK));
  }

  private RemovalResult removeAndBeInterrupted() {
    return remove(
        new RemovalRequest("old", ID),
        FakeUsage.of(),
        duration -> {
          throw new InterruptedException();
        });
  }

  private RemovalResult remove(RemovalRequest request, FakeUsage usage, Pause pause) {
    return new Removal(iam, iam, usage.search(), ExceptionLimit.OFF, CLOCK, pause)
        .remove(request, Deadline.in(60_000, CLOCK));
  }

  private static ServerCertificateMetadata withId(
      String id, ServerCertificateMetadata certificate) {
    return certificate.toBuilder().serverCertificateId(id).build();
  }
}
