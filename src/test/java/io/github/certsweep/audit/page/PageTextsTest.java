package io.github.certsweep.audit.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.usage.UncheckedPlace;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the helpers of the page make of a report, before a template sees it. */
class PageTextsTest {
  @ParameterizedTest
  @CsvSource({
    "-11, 10 days ago",
    "-2, 1 day ago",
    "-1, less than a day ago",
    "0, in less than a day",
    "1, in 1 day",
    "12, in 12 days",
    "1234, 'in 1,234 days'"
  })
  void daysAreCountedFromTheAudit(long days, String words) {
    assertThat(Wording.days(certificate(days))).isEqualTo(words);
  }

  @Test
  void withoutAnExpirationTheDaysAreNotKnown() {
    assertThat(Wording.days(ExampleReports.undated("www"))).isEqualTo("not known");
    assertThat(Wording.state(ExampleReports.undated("www")))
        .isEqualTo("Expiration unknown, not in use");
  }

  @Test
  void aSearchThatWasNotMadeIsNeverNoUse() {
    AuditedCertificate unsearched = ExampleReports.unsearched().certificates().getFirst();
    assertThat(Usage.of(unsearched)).isEqualTo(Usage.UNKNOWN);
    assertThat(Wording.state(unsearched)).isEqualTo("Expired, usage unknown");
    assertThat(Wording.withoutUsers(unsearched)).contains("nothing was searched");
  }

  @Test
  void usersThatMayBeIncompleteSaySo() {
    List<AuditedCertificate> all = ExampleReports.account().certificates();
    assertThat(Wording.moreUsers(all.getFirst())).contains("There may be more");
    assertThat(Wording.moreUsers(certificate(1))).isEmpty();
  }

  @Test
  void everyPriorityHasAMark() {
    assertThat(Stream.of(Priority.values()).map(Severity::of))
        .containsOnly(Severity.values())
        .isSorted();
  }

  @Test
  void aReportIsAsBadAsItsWorstAndNeverFineIfIncomplete() {
    assertThat(Severity.of(ExampleReports.account())).isEqualTo(Severity.CRITICAL);
    assertThat(Severity.of(ExampleReports.incomplete())).isEqualTo(Severity.UNKNOWN);
    assertThat(Severity.of(ExampleReports.clean())).isEqualTo(Severity.FINE);
    assertThat(Severity.of(ExampleReports.of(certificate(-5)))).isEqualTo(Severity.TIDY);
  }

  @Test
  void placesOfOneServiceAndErrorAreGroupedAndNoneIsLost() {
    NotChecked notChecked =
        NotChecked.of(
            List.of(
                new UncheckedPlace("elb", "eu-west-1", "Denied", "Denied: a"),
                new UncheckedPlace("elb", "eu-west-2", "Denied", "Denied: b"),
                new UncheckedPlace("elb", "eu-west-2", "Denied", "Denied: c"),
                new UncheckedPlace("elb", "eu-west-2", "Throttled", "Throttled: d"),
                new UncheckedPlace("appsync", "eu-west-2", "Denied", "Denied: e")));
    assertThat(notChecked.places()).isEqualTo(3);
    assertThat(notChecked.reasons())
        .containsExactly(
            new NotChecked.Reason("elb", "Denied", List.of("eu-west-1", "eu-west-2"), "Denied: a"),
            new NotChecked.Reason("elb", "Throttled", List.of("eu-west-2"), "Throttled: d"),
            new NotChecked.Reason("appsync", "Denied", List.of("eu-west-2"), "Denied: e"));
  }

  @Test
  void whatIsToDoIsGroupedByPriorityAndNumberedThrough() {
    List<ToDo> groups = ToDo.of(ExampleReports.account().toDo());
    assertThat(groups).extracting(ToDo::priority).isSorted().doesNotHaveDuplicates();
    int next = 1;
    for (ToDo group : groups) {
      assertThat(group.first()).isEqualTo(next);
      next += group.certificates().size();
    }
    assertThat(next - 1).isEqualTo(ExampleReports.account().toDo().size());
  }

  @Test
  void eachUserIsAStepWithItsOwnRemedy() {
    AuditedCertificate one = ExampleReports.account().certificates().getFirst();
    assertThat(ToDo.steps(one))
        .hasSameSizeAs(one.users())
        .allSatisfy(step -> assertThat(step.remedy().orElseThrow().user()).isEqualTo(step.user()));
    assertThat(ToDo.steps(one.with(List.of())))
        .hasSameSizeAs(one.users())
        .allSatisfy(step -> assertThat(step.remedy()).isEmpty());
  }

  @Test
  void replacementsAreSharedOnlyIfAllUsersCanTakeThem() {
    AuditedCertificate one = ExampleReports.account().certificates().getFirst();
    assertThat(ToDo.sharedReplacements(one)).isEqualTo(one.replacements()).isNotEmpty();
    AuditedCertificate other = ExampleReports.account().toDo().get(1);
    assertThat(
            ToDo.sharedReplacements(
                one.with(List.of(one.remedies().getFirst(), other.remedies().getFirst()))))
        .isEmpty();
  }

  @Test
  void whatCanNotBeSeenIsShown() {
    StringBuilder out = new StringBuilder();
    VisibleOutput visible = new VisibleOutput(out);
    visible.writeContent("a\u202eb\u2066c\tä\n€\ud83d\ude00\ud83d");
    visible.writeContent("--\u200d--", 1, 4);
    assertThat(out.toString())
        .isEqualTo("a[U+202E]b[U+2066]c[U+0009]ä\n€\ud83d\ude00[U+D83D]-[U+200D]-");
  }

  private static AuditedCertificate certificate(long days) {
    return ExampleReports.in(days, "www", ExampleReports.unused());
  }
}
