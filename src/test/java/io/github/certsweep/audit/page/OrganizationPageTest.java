package io.github.certsweep.audit.page;

import static io.github.certsweep.fake.AnOrganization.compliant;
import static io.github.certsweep.fake.AnOrganization.flagged;
import static io.github.certsweep.fake.AnOrganization.report;
import static io.github.certsweep.fake.AnOrganization.typical;
import static io.github.certsweep.fake.AnOrganization.unreadable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.fake.FullDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OrganizationPageTest {
  private static final Pattern TAG = Pattern.compile("<[a-zA-Z/!][^>]*>");

  static List<OrganizationReport> examples() {
    return List.of(
        typical(),
        report(List.of()),
        report(List.of(unreadable("111111111111"))),
        report(List.of(compliant("111111111111", "a"))),
        named(ExampleReports.HOSTILE));
  }

  @Test
  void showsTheVerdictTheNumbersAndWhoIsMissing() throws IOException {
    String page = page(typical());
    assertThat(page)
        .contains("<h1 class=\"verdict critical\">")
        .contains("<span>" + typical().verdict() + "</span></h1>")
        .contains("<h4 class=\"name\">www</h4>")
        .contains("Results from: 9 hours ago, 2026-11-23 03:00:00 UTC.")
        .contains("In use by 1: CloudFront E2AB.")
        .contains("<b>Whose results are out of date</b>")
        .contains("The aggregator has only old data of this account. (1)")
        .contains("always fails. (1)")
        .contains("not asked")
        .contains("Nothing flagged, out of date</span>")
        .doesNotContain("<span class=\"badge fine\">");
    assertThat(matches(page, "<li class=\"[a-z]+\"><b>([0-9,]+)</b>"))
        .containsExactly("1", "1", "2", "2");
  }

  @Test
  void aReportWithoutResultsDoesNotLookGood() throws IOException {
    String page = page(report(List.of()));
    assertThat(page)
        .contains("<h1 class=\"verdict unknown\">")
        .contains("That does not mean that nothing has expired")
        .doesNotContain("No account has anything flagged");
  }

  @Test
  void anAccountThatCouldNotBeReadIsNotFine() throws IOException {
    String page = page(report(List.of(unreadable("111111111111"))));
    assertThat(page)
        .contains("<div class=\"group unknown\">")
        .contains("not in the organization")
        .contains("Flagged</span>")
        .doesNotContain("Nothing flagged");
  }

  @Test
  void aCleanReportSaysSo() throws IOException {
    assertThat(page(report(List.of(compliant("111111111111", "a")))))
        .contains("<h1 class=\"verdict fine\">")
        .contains("Nothing flagged</span>")
        .contains("Nobody: each of the 1 account that should have results has them.");
  }

  @Test
  void hostileTextsMakeNoTagAndNoAttribute() throws IOException {
    List<String> harmless =
        IntStream.range(0, ExampleReports.HOSTILE.size()).mapToObj(n -> "name-" + n).toList();
    assertThat(tags(page(named(ExampleReports.HOSTILE)))).isEqualTo(tags(page(named(harmless))));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void thePageLoadsNothingAndEachLinkHasItsTarget(OrganizationReport report) throws IOException {
    String page = page(report);
    for (String tag : tags(page)) {
      assertThat(tag)
          .doesNotContain("http:", "https:", "//", " src", " style=", "url(", "srcset", " on")
          .doesNotMatch("<(script|img|link|iframe|object|embed|base|form|image|audio|video)\\b.*");
    }
    List<String> ids = matches(page, " id=\"([^\"]*)\"");
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids.stream().map(id -> "#" + id).toList())
        .containsAll(matches(page, "href=\"([^\"]*)\""));
  }

  @Test
  void tenThousandAccountsAreOnOnePage() throws IOException {
    List<AccountResults> accounts = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      accounts.add(compliant("%012d".formatted(i), "account " + i));
    }
    assertThat(matches(page(report(accounts)), "<tr role=\"row\">(<th scope=\"row\")"))
        .hasSize(10_000);
  }

  @Test
  void aFullDiskIsTheCallersToHandle() {
    assertThatThrownBy(() -> new OrganizationPage(one -> "5e").write(typical(), new FullDisk()))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");
  }

  private static OrganizationReport named(List<String> names) {
    List<AccountResults> accounts = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      accounts.add(flagged("%012d".formatted(i), names.get(i), names.get(i)));
    }
    return report(accounts);
  }

  private static String page(OrganizationReport report) throws IOException {
    StringBuilder out = new StringBuilder();
    new OrganizationPage(one -> "5e".repeat(32)).write(report, out);
    return out.toString();
  }

  private static List<String> tags(String page) {
    return TAG.matcher(page).results().map(one -> one.group()).toList();
  }

  private static List<String> matches(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map(one -> one.group(1)).toList();
  }
}
