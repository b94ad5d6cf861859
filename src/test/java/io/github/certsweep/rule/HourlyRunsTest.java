package io.github.certsweep.rule;

import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.certificate;
import static io.github.certsweep.fake.World.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.MovingClock;
import io.github.certsweep.findings.FakeSecurityHub;
import io.github.certsweep.rule.EvaluationRun.Outcome;
import io.github.certsweep.usage.FakeUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.config.model.Evaluation;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

/** Runs that follow each other: what AWS Config is sent, which costs, and what it shows. */
class HourlyRunsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Instant YEARS_AHEAD = NOW.plus(Duration.ofDays(3650));

  private final MovingClock clock = new MovingClock(NOW);
  private final FakeIam iam = new FakeIam();
  private final FakeConfig config = new FakeConfig();
  private final ServerCertificateRule rule =
      new ServerCertificateRule(
          new IamCertificateStore(iam),
          FakeUsage.of().search(),
          Exemptions.OFF,
          config,
          FakeSecurityHub.unused(),
          clock,
          duration -> {});

  @Test
  void hourlyRunsReportEverythingOnceADayAndOtherwiseOneResult() {
    iam.with(valid(999))
        .with(certificate("expires", NOW.plus(HOUR.multipliedBy(12)).minusSeconds(1)));
    List<Integer> reported = new ArrayList<>();
    for (int run = 1; run <= 24; run++) {
      reported.add(run(1).size());
      assertThat(config.dashboard())
          .hasSize(1_000)
          .containsEntry("expires", run < 13 ? "COMPLIANT" : "NON_COMPLIANT");
      clock.advance(HOUR);
    }
    // The last finds 989 results that are 23 hours old: eleven were refreshed meanwhile, and of
    // these the expired one is reported at each run.
    List<Integer> expected = new ArrayList<>(Collections.nCopies(24, 1));
    expected.set(0, 1_000);
    expected.set(23, 990);
    assertThat(reported).isEqualTo(expected);
  }

  @Test
  void theCertificateThatExpiresIsReportedWithinTheHour() {
    iam.with(valid(9))
        .with(certificate("expires", NOW.plus(HOUR.multipliedBy(12)).minusSeconds(1)));
    for (int run = 1; run < 13; run++) {
      run(1);
      clock.advance(HOUR);
    }
    assertThat(run(1)).containsExactly("expires");
  }

  @Test
  void aDailyRunReportsEverythingThoughItsScheduleIsNotExact() {
    iam.with(valid(50));
    for (int minutes : List.of(0, 30, -29, 30, 0)) {
      clock.advance(Duration.ofMinutes(minutes));
      assertThat(run(1)).hasSize(50);
      clock.advance(Duration.ofHours(24).minusMinutes(minutes));
    }
  }

  @Test
  void withoutRefreshingEachRunReportsEverything() {
    iam.with(valid(50));
    for (int run = 1; run <= 3; run++) {
      assertThat(run(0)).hasSize(50);
      clock.advance(HOUR);
    }
  }

  /**
   * 2,208 runs of the real rule; only the calls to AWS are imitated. All 365 days are 390,047
   * results, but take four times as long to count.
   */
  @Test
  void aQuarterOfHourlyRunsReportsNoMoreThanItsShareOf400_000ResultsAYear() {
    iam.with(valid(999)).with(certificate("expired", NOW.minusSeconds(1)));
    int reported = 0;
    for (int day = 0; day < 92; day++) {
      for (int hour = 0; hour < 24; hour++) {
        reported += run(1).size();
        clock.advance(HOUR);
      }
      // One change a day: a certificate is replaced by one of another name.
      iam.without("c" + day).with(certificate("c" + (day + 999), YEARS_AHEAD));
      assertThat(config.dashboard()).hasSize(1_000).containsEntry("expired", "NON_COMPLIANT");
    }
    // 1,000 at first; 2,207 of the expired one; twice 91 of changes; the rest refreshes.
    assertThat(reported).isBetween(95_000, 400_000 * 92 / 365);
  }

  /** The names of what a run reports, with an event of this moment. */
  private List<String> run(int refreshDays) {
    config.forgetRequests();
    iam.requests.clear();
    RuleEvent event = event(new RuleParameters(0, false, refreshDays), clock.instant());
    EvaluationRun run = rule.evaluate(event, Deadline.in(60_000, clock));
    assertThat(run.outcome()).isEqualTo(Outcome.REPORTED);
    assertThat(run.recorded()).isEqualTo(config.sent().size());
    return config.sent().stream().map(Evaluation::complianceResourceId).toList();
  }

  private static ServerCertificateMetadata[] valid(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> certificate("c" + i, YEARS_AHEAD))
        .toArray(ServerCertificateMetadata[]::new);
  }
}
