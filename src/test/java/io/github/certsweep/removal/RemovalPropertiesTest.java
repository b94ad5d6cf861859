package io.github.certsweep.removal;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.certificate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.Any;
import io.github.certsweep.fake.Any.Failing;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.removal.RemovalResult.Outcome;
import io.github.certsweep.usage.FakeUsage;
import io.github.certsweep.verdict.CertificateSelector;
import io.github.certsweep.verdict.Inspection;
import io.github.certsweep.verdict.Verdict;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.quicktheories.api.Pair;
import org.quicktheories.core.Gen;
import org.quicktheories.generators.Generate;
import org.quicktheories.generators.SourceDSL;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

/** What a removal promises, whatever uses the certificate, changes meanwhile, or fails. */
@Tag("property")
class RemovalPropertiesTest {
  private static final String ARN = "arn:aws:iam::123456789012:server-certificate/";
  private static final String ID = Any.id(1);
  private static final String OTHER_ID = Any.id(2);

  @Test
  void onlyExpiredCertificatesThatAFullSearchFoundUnusedAreDeletable() {
    qt().forAll(scenario())
        .checkAssert(scenario -> {
          FakeIam iam = scenario.iam();
          Verdict verdict =
              new Inspection(
                      new IamCertificateStore(iam),
                      scenario.usage().search(),
                      Exemptions.OFF,
                      CLOCK)
                  .inspect(CertificateSelector.parse("old"), Deadline.in(60_000, CLOCK));
          assertThat(verdict.deletable()).isEqualTo(scenario.mayBeDeleted());
          assertThat(iam.deletions).isEmpty();
        });
  }

  @Test
  void nothingIsDeletedUnlessTheJudgeSaysDeletableAndTheNameHasTheIdAtThatMoment() {
    qt().forAll(scenario())
        .checkAssert(scenario -> {
          Ran ran = scenario.remove();
          assertThat(ran.deleted()).allSatisfy(id -> assertThat(id).contains(ID));
          assertThat(ran.deleted()).hasSizeLessThanOrEqualTo(scenario.mayBeDeleted() ? 1 : 0);
        });
  }

  @Test
  void whatHasExpiredAndIsNotUsedIsDeletedIfNothingComesInBetween() {
    qt().forAll(scenario().map(Scenario::undisturbed))
        .checkAssert(scenario -> {
          Ran ran = scenario.remove();
          assertThat(ran.outcome())
              .contains(scenario.mayBeDeleted() ? Outcome.REMOVED : Outcome.REFUSED);
          assertThat(ran.iam.ids().contains(ID)).isEqualTo(!scenario.mayBeDeleted());
        });
  }

  @Test
  void whatAnExceptionKeepsAtTheLastReadIsNeverDeleted() {
    qt().forAll(scenario(), exceptions())
        .checkAssert((scenario, exceptions) -> {
          Ran ran = scenario.remove(exceptions);
          Ran without = scenario.remove(Exceptions.OFF);
          assertThat(ran.deleted()).allSatisfy(id -> assertThat(id).contains(ID));
          assertThat(ran.deleted().isEmpty() || !without.deleted().isEmpty()).isTrue();
          if (exceptions.mayKeepAtTheLastRead(scenario.expiration())) {
            assertThat(ran.deleted()).isEmpty();
          } else if (scenario.equals(scenario.undisturbed())) {
            assertThat(ran.deleted()).hasSameSizeAs(without.deleted());
          }
        });
  }

  @Test
  void anAnswerIsTrueOfTheAccount() {
    qt().forAll(scenario())
        .checkAssert(scenario -> {
          Ran ran = scenario.remove();
          boolean isThere = ran.iam.ids().contains(ID);
          boolean isReplaced = ran.iam.idsOf("old").contains(OTHER_ID);
          ran.outcome()
              .ifPresent(outcome ->
                  assertThat(outcome == Outcome.REFUSED ? isThere || isReplaced : !isThere)
                      .as(outcome.name())
                      .isTrue());
        });
  }

  @Test
  void aFailureNamesACallAndWhatToDoInOneLine() {
    qt().forAll(scenario())
        .checkAssert(scenario ->
            scenario
                .remove()
                .failure
                .ifPresent(failure ->
                    assertThat(failure.getMessage())
                        .startsWith("iam:")
                        .containsPattern("[Tt]ry again|[Tt]ried|Allow|check|credentials|correct")
                        .doesNotContainPattern("\\p{Cntrl}")));
  }

  @Test
  void aFailureAfterTheDeletionSaysSo() {
    qt().forAll(scenario())
        .checkAssert(scenario -> {
          Ran ran = scenario.remove();
          if (!ran.deleted().isEmpty()) {
            ran.failure.ifPresent(failure ->
                assertThat(failure.getMessage()).contains("iam:DeleteServerCertificate"));
          }
        });
  }

  /** Exceptions that are on, and the tags before and during the search. */
  private static Gen<Exceptions> exceptions() {
    Gen<ExceptionLimit> limit = Generate.pick(List.of(1, 30, 3650)).map(ExceptionLimit::new);
    Gen<List<String>> tags = Any.tags().mix(Generate.constant(Exceptions.GOOD), 40);
    Gen<Boolean> answered = Generate.range(0, 9).map(number -> number > 0);
    return limit.zip(tags, tags, answered, Exceptions::new);
  }

  private static Gen<Scenario> scenario() {
    Gen<Optional<Instant>> expiration =
        Any.expiration().mix(Generate.constant(Optional.of(NOW.minusSeconds(1))), 60);
    Gen<Change> change =
        Generate.range(1, 4).zip(Generate.enumValues(Happening.class), Change::new);
    return in ->
        new Scenario(
            expiration.generate(in),
            Generate.frequency(
                    Pair.of(3, Generate.constant(List.of())),
                    Pair.of(2, SourceDSL.lists().of(reference()).ofSizeBetween(1, 3)))
                .generate(in),
            Generate.range(0, 5).generate(in) == 1,
            Generate.oneOf(
                    Generate.constant(List.<Change>of()),
                    SourceDSL.lists().of(change).ofSizeBetween(1, 3))
                .generate(in),
            Any.failingCalls(Any.failure()).generate(in),
            Generate.enumValues(Deleting.class).generate(in),
            Any.failure().generate(in));
  }

  /** To this certificate, to another one, or to one that IAM does not list. */
  private static Gen<String> reference() {
    return Generate.pick(
        List.of(ARN + "other", Any.id(3), ARN + "old", ID, ARN + "renamed", ARN + "old2"));
  }

  /** What somebody else does right before the certificate is read. */
  private enum Happening {
    DELETED,
    REPLACED,
    RENAMED,
    RENAMED_BACK
  }

  private record Change(int beforeRead, Happening happening) {}

  /** How the deletion itself ends. */
  private enum Deleting {
    WORKS,
    WORKS_BUT_THE_ANSWER_IS_LOST,
    FAILS,
    COMES_AFTER_ANOTHER,
    COMES_AFTER_A_RENAMING
  }

  /**
   * The tags of the certificate.
   *
   * @param after those at the last read, before the deletion
   * @param answered whether the read has a list of tags at all
   */
  private record Exceptions(
      ExceptionLimit limit, List<String> before, List<String> after, boolean answered) {
    static final Exceptions OFF = new Exceptions(ExceptionLimit.OFF, List.of(), List.of(), false);

    static final List<String> GOOD =
        List.of(
            "certsweep:exception-until",
            "2026-12-01",
            "certsweep:exception-reason",
            "vendor migration");

    /** Judged once more and in other words. */
    boolean mayKeepAtTheLastRead(Optional<Instant> expiration) {
      boolean isInTime =
          expiration
              .map(end -> end.truncatedTo(ChronoUnit.DAYS).plus(limit.days(), ChronoUnit.DAYS))
              .filter(last -> !Instant.parse("2026-12-01T00:00:00Z").isAfter(last))
              .isPresent();
      return limit.isOn() && ((after.equals(GOOD) && isInTime) || !answered);
    }
  }

  /** A certificate called old, its users, and what comes in between. */
  private record Scenario(
      Optional<Instant> expiration,
      List<String> references,
      boolean checkFails,
      List<Change> changes,
      List<Failing> reads,
      Deleting deleting,
      Supplier<RuntimeException> failure) {

    Scenario undisturbed() {
      return new Scenario(
          expiration, references, checkFails, List.of(), List.of(), Deleting.WORKS, failure);
    }

    /** Judged once more and in other words. */
    boolean mayBeDeleted() {
      boolean mayBeUsed =
          references.stream().anyMatch(one -> !one.equals(ARN + "other") && !one.equals(Any.id(3)));
      return expiration.map(NOW::compareTo).orElse(0) > 0 && !mayBeUsed && !checkFails;
    }

    FakeUsage usage() {
      FakeUsage found = FakeUsage.of(references.toArray(String[]::new));
      return checkFails ? found.andThenFailing(failure.get()) : found;
    }

    FakeIam iam() {
      return new FakeIam().with(old("old"), withId(Any.id(3), certificate("other", NOW)));
    }

    private ServerCertificateMetadata old(String name) {
      return withId(ID, certificate(name, NOW)).toBuilder()
          .expiration(expiration.orElse(null))
          .build();
    }

    private void happen(Happening happening, FakeIam iam) {
      switch (happening) {
        case DELETED -> iam.without("old");
        case REPLACED -> iam.without("old").with(withId(OTHER_ID, old("old")));
        case RENAMED -> {
          if (iam.idsOf("old").contains(ID)) {
            iam.without("old").with(old("old2"));
          }
        }
        case RENAMED_BACK -> {
          if (iam.idsOf("old2").contains(ID)) {
            iam.without("old2").without("old").with(old("old"));
          }
        }
      }
    }

    Ran remove() {
      return remove(Exceptions.OFF);
    }

    Ran remove(Exceptions exceptions) {
      FakeIam iam = iam();
      iam.tagged("old", exceptions.before().toArray(String[]::new));
      List<List<String>> deleted = new ArrayList<>();
      IntStream.rangeClosed(1, 9)
          .forEach(read ->
              iam.beforeRead(
                  read,
                  () -> {
                    iam.tagged("old", exceptions.after().toArray(String[]::new));
                    if (!exceptions.answered()) {
                      iam.withoutListsOfTags();
                    }
                    changes.stream()
                        .filter(change -> change.beforeRead() == read)
                        .forEach(change -> happen(change.happening(), iam));
                    reads.stream()
                        .filter(failing -> failing.number() == read)
                        .forEach(failing -> {
                          throw failing.with().get();
                        });
                  }));
      iam.deletingBy(name -> {
        deleted.add(iam.idsOf(name));
        switch (deleting) {
          case WORKS -> iam.without(name);
          case WORKS_BUT_THE_ANSWER_IS_LOST -> {
            iam.without(name);
            throw failure.get();
          }
          case FAILS -> throw failure.get();
          case COMES_AFTER_ANOTHER -> {
            iam.without(name);
            throw FakeIam.noSuchEntity(name);
          }
          case COMES_AFTER_A_RENAMING -> {
            happen(Happening.RENAMED, iam);
            throw FakeIam.noSuchEntity(name);
          }
        }
      });
      Removal removal =
          new Removal(iam, iam, usage().search(), exceptions.limit(), CLOCK, duration -> {});
      try {
        RemovalResult result =
            removal.remove(new RemovalRequest("old", ID), Deadline.in(60_000, CLOCK));
        return new Ran(iam, deleted, Optional.of(result.outcome()), Optional.empty());
      } catch (AwsCallException e) {
        return new Ran(iam, deleted, Optional.empty(), Optional.of(e));
      }
    }

    private static ServerCertificateMetadata withId(
        String id, ServerCertificateMetadata certificate) {
      return certificate.toBuilder().serverCertificateId(id).build();
    }
  }

  /**
   * A removal that is over.
   *
   * @param deleted for each call of DeleteServerCertificate, the ids the name had at that moment
   */
  private record Ran(
      FakeIam iam,
      List<List<String>> deleted,
      Optional<Outcome> outcome,
      Optional<AwsCallException> failure) {}
}
