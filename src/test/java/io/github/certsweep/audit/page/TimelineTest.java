package io.github.certsweep.audit.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TimelineTest {
  @Test
  void allCertificatesAtOneInstantStandOnEachOther() {
    AuditReport report =
        ExampleReports.report(
            Collections.nCopies(500, ExampleReports.in(100, "www", ExampleReports.unused())),
            List.of(),
            List.of());
    Timeline.Lane lane = lane(Timeline.of(report), Usage.UNUSED);
    assertThat(lane.marks()).hasSize(500).extracting(Timeline.Mark::x).containsOnly(x(lane));
    assertThat(lane.marks()).extracting(Timeline.Mark::y).doesNotHaveDuplicates();
    assertThat(lane.counts())
        .singleElement()
        .satisfies(count -> {
          assertThat(count.size()).isEqualTo(500);
          assertThat(count.x()).isEqualTo(x(lane));
        });
    assertWithin(Timeline.of(report));
  }

  @Test
  void withoutCertificatesThereAreTodayAndTheLeadTime() {
    Timeline timeline = Timeline.of(ExampleReports.of());
    assertThat(timeline.lanes()).allSatisfy(lane -> assertThat(lane.marks()).isEmpty());
    assertThat(timeline.description()).isEqualTo("No certificate.");
    assertWithin(timeline);
  }

  @Test
  void thirtyYearsFitAndKeepTheirOrder() {
    List<AuditedCertificate> certificates =
        LongStream.rangeClosed(-15, 15)
            .mapToObj(
                year -> ExampleReports.in(year * 365 + 1, "www" + year, ExampleReports.unused()))
            .toList();
    Timeline timeline = Timeline.of(ExampleReports.report(certificates, List.of(), List.of()));
    assertWithin(timeline);
    List<Timeline.Mark> marks = lane(timeline, Usage.UNUSED).marks();
    assertThat(marks).hasSize(31).isSortedAccordingTo((a, b) -> Double.compare(a.x(), b.x()));
    assertThat(marks.getFirst().x()).isLessThan(5);
    assertThat(marks.getLast().x()).isGreaterThan(95);
    assertThat(timeline.description()).contains("From 2011-", " to 2041-", "15 expired");
  }

  @Test
  void whatHasExpiredIsLeftOfTodayAndWhatIsExpiringBeforeTheEndOfTheLeadTime() {
    Timeline timeline =
        Timeline.of(
            ExampleReports.of(
                ExampleReports.in(-1, "expired", ExampleReports.unused()),
                ExampleReports.in(0, "today", ExampleReports.unused()),
                ExampleReports.in(29, "expiring", ExampleReports.unused()),
                ExampleReports.in(30, "valid", ExampleReports.unused())));
    List<Double> marks =
        lane(timeline, Usage.UNUSED).marks().stream().map(Timeline.Mark::x).toList();
    assertThat(marks.get(0)).isLessThan(timeline.today());
    assertThat(marks.get(1)).isGreaterThan(timeline.today());
    assertThat(marks.get(2)).isLessThan(timeline.lead());
    assertThat(marks.get(3)).isGreaterThan(timeline.lead());
  }

  @Test
  void eachUsageHasItsLane() {
    Timeline timeline = Timeline.of(ExampleReports.account());
    assertThat(timeline.lanes())
        .extracting(Timeline.Lane::usage)
        .containsExactly(Usage.IN_USE, Usage.UNKNOWN, Usage.UNUSED);
    assertThat(timeline.undated()).isEqualTo(1);
    assertThat(timeline.description())
        .contains("In use: 2 expired, 1 expiring, 2 valid.", "Usage unknown: 2 expired, 1 valid.");
    assertWithin(timeline);
  }

  @Test
  void labelsOfTheAxisKeepTheirDistance() {
    for (int days : new int[] {0, 1, 100, 1000, 3650, 20000}) {
      List<Double> labels =
          Timeline.of(
                  ExampleReports.of(
                      ExampleReports.in(days, "later", ExampleReports.unused()),
                      ExampleReports.in(-days / 3, "earlier", ExampleReports.unused())))
              .ticks()
              .stream()
              .map(TimeScale.Tick::x)
              .sorted()
              .toList();
      assertThat(labels).hasSizeGreaterThanOrEqualTo(3);
      assertThat(
              IntStream.range(1, labels.size()).mapToDouble(i -> labels.get(i) - labels.get(i - 1)))
          .allMatch(distance -> distance >= 12);
    }
  }

  @Test
  void positionsAreWrittenWithAPointWhateverTheLocale() {
    assertThat(Timeline.percent(12.345)).isEqualTo("12.35%");
    assertThat(Timeline.pixels(7)).isEqualTo("7.0");
  }

  private static void assertWithin(Timeline timeline) {
    assertThat(timeline.today()).isBetween(0.0, 100.0);
    assertThat(timeline.lead()).isBetween(timeline.today(), 100.0);
    for (Timeline.Lane lane : timeline.lanes()) {
      assertThat(lane.base()).isLessThan(timeline.axis());
      assertThat(lane.marks())
          .allSatisfy(mark -> {
            assertThat(mark.x()).isBetween(1.0, 99.0);
            assertThat(mark.y()).isBetween(lane.top(), lane.base());
          });
    }
    assertThat(timeline.ticks()).allSatisfy(tick -> assertThat(tick.x()).isBetween(1.0, 99.0));
  }

  private static double x(Timeline.Lane lane) {
    return lane.marks().getFirst().x();
  }

  private static Timeline.Lane lane(Timeline timeline, Usage usage) {
    return timeline.lanes().stream().filter(one -> one.usage() == usage).findFirst().orElseThrow();
  }
}
