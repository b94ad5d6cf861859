package io.github.certsweep.audit.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.control.Requirements;
import io.github.certsweep.fake.FullDisk;
import io.github.certsweep.usage.UncheckedPlace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HtmlPageTest {
  private static final String SHA256 = "5e".repeat(32);
  private static final Pattern TAG = Pattern.compile("<[a-zA-Z/!][^>]*>");
  private static final Pattern FIGURE = Pattern.compile("<li class=\"[a-z]+\"><b>([0-9,]+)</b>");

  static Iterable<AuditReport> examples() {
    return ExampleReports.all().values();
  }

  @Test
  void hostileTextsMakeNoTagAndNoAttribute() throws IOException {
    List<String> harmless =
        IntStream.range(0, ExampleReports.HOSTILE.size()).mapToObj(n -> "name-" + n).toList();
    assertThat(tags(page(ExampleReports.hostile())))
        .isEqualTo(tags(page(ExampleReports.named(harmless))));
  }

  @Test
  void hostileTextsAreShownAsTheyAre() throws IOException {
    String text = text(page(ExampleReports.hostile()));
    assertThat(text)
        .contains(ExampleReports.HOSTILE.stream().filter(one -> !one.contains("\u202e")).toList())
        .contains("safe[U+202E]gpj.exe[U+200B][U+0000][U+2028]next");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void thePageLoadsNothing(AuditReport report) throws IOException {
    String page = page(report);
    for (String tag : tags(page)) {
      assertThat(tag)
          .doesNotContain("http:", "https:", "//", " src", " style=", "url(", "srcset", " on")
          .doesNotMatch("<(script|img|link|iframe|object|embed|base|form|image|audio|video)\\b.*");
    }
    assertThat(matches(page, "href=\"([^\"]*)\"")).allMatch(target -> target.startsWith("#"));
    assertThat(matches(page, "url\\(([^)]*)\\)")).allMatch("#hatch"::equals);
    assertThat(page).doesNotContain("@import", "@font-face");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void eachLinkHasItsTarget(AuditReport report) throws IOException {
    String page = page(report);
    List<String> ids = matches(page, " id=\"([^\"]*)\"");
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids.stream().map(id -> "#" + id).toList())
        .containsAll(matches(page, "href=\"([^\"]*)\""));
  }

  @Test
  void thePolicyAllowsThisStyleAndNothingElse() throws Exception {
    String page = page(ExampleReports.account());
    String style = matches(page, "(?s)<style>(.*?)</style>").getFirst();
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
    assertThat(text(page))
        .contains(
            "content=\"default-src 'none'; img-src 'none'; style-src 'sha256-"
                + Base64.getEncoder().encodeToString(digest)
                + "'; base-uri 'none'; form-action 'none'\"");
    assertThat(page).doesNotContain("unsafe");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theNumbersAreTheReports(AuditReport report) throws IOException {
    String page = page(report);
    assertThat(page).contains("<span>" + report.verdict() + "</span></h1>");
    assertThat(matches(page, FIGURE.pattern()).stream().map(one -> one.replace(",", "")))
        .containsExactly(
            "" + report.count(Priority.EXPIRED_IN_USE),
            ""
                + (report.count(Priority.EXPIRED_UNUSED)
                    + report.count(Priority.EXPIRED_EXCEPTED)
                    + report.count(Priority.EXPIRED_USAGE_UNKNOWN)),
            "" + report.count(ExpirationStatus.EXPIRING),
            "" + report.certificates().size());
    assertThat(matches(page, "(<h4 )")).hasSize(report.toDo().size());
    assertThat(matches(page, "(?s)<table class=\"cards certificates\".*?</table>", "(<tr )"))
        .hasSize(report.certificates().isEmpty() ? 0 : report.certificates().size() + 1);
    assertThat(
            matches(page, "(?s)<svg class=\"timeline\".*?</svg>", "(</title></(?:circle|rect)>)"))
        .hasSize(
            (int) report.certificates().stream().filter(one -> one.days().isPresent()).count());
  }

  @Test
  void eachCertificateIsShownWithWhatIsKnownOfIt() throws IOException {
    AuditReport report = ExampleReports.account();
    String text = text(page(report));
    for (AuditedCertificate one : report.certificates()) {
      assertThat(text).contains(one.certificate().name(), one.certificate().id());
      one.expiration().ifPresent(end -> assertThat(text).contains(Wording.time(end)));
      one.users().forEach(user -> assertThat(text).contains(user.label()));
      one.warnings().forEach(warning -> assertThat(text).contains(warning.text()));
      one.details()
          .ifPresent(read ->
              assertThat(text)
                  .contains(read.names())
                  .contains(read.issuer(), read.key(), read.signature()));
      one.remedies()
          .forEach(remedy ->
              assertThat(text).contains(remedy.note()).contains(lines(remedy.commands())));
      one.replacements().forEach(other -> assertThat(text).contains(other.label(), other.id()));
    }
    assertThat(text)
        .contains("A candidate for tidying up.")
        .contains("its quota is 64, of which IAM counts 14 as used");
  }

  @Test
  void whatWasNotCheckedStandsAboveTheNumbersAndAgainInFull() throws IOException {
    AuditReport report = ExampleReports.incomplete();
    String page = page(report);
    int numbers = page.indexOf("<ul class=\"figures\"");
    String top = text(page.substring(page.indexOf("</h1>"), numbers));
    assertThat(top).contains("Not checked: 36 places", "elasticloadbalancingv2", "explicit deny");
    for (UncheckedPlace place : report.unchecked()) {
      assertThat(top).contains(place.region());
      assertThat(text(page.substring(numbers))).contains(place.service() + "\n" + place.region());
    }
    assertThat(page).doesNotContain("Everything that was asked for was checked", ">Nothing now.");
  }

  @Test
  void limitsAndNotesStandAtTheTop() throws IOException {
    AuditReport unsearched = ExampleReports.unsearched();
    assertThat(top(unsearched))
        .contains("Not everything was checked")
        .contains(unsearched.limits());
    assertThat(top(ExampleReports.account())).contains(ExampleReports.account().notes());
    assertThat(top(ExampleReports.account()))
        .contains("IAM gives no expiration for 1 certificate.");
    assertThat(page(unsearched)).contains("No place was searched for users.");
  }

  @Test
  void whatCouldNotBeReadIsListedThoughNoUsersWereSearchedFor() throws IOException {
    AuditReport one = ExampleReports.unsearched();
    UncheckedPlace place =
        new UncheckedPlace("iam", "global", "AccessDenied", "Details of www: no");
    AuditReport unread =
        new AuditReport(
            one.origin(),
            one.account(),
            one.partition(),
            one.parameters(),
            List.of(place),
            one.notes(),
            one.quota(),
            one.certificates(),
            one.comparison());
    String page = page(unread);
    assertThat(page.substring(page.indexOf("What was not checked</h2>")))
        .contains("No place was searched for users.", "Details of www: no");
  }

  @Test
  void anEmptyAccountIsSaidToBeEmpty() throws IOException {
    String text = text(page(ExampleReports.all().get("empty")));
    assertThat(text)
        .contains(
            "This account has no server certificates in IAM.",
            "Everything that was asked for was checked.",
            "There is no certificate with a known expiration.",
            "Nothing now.");
  }

  @Test
  void whatHasChangedIsShownIfItWasCompared() throws IOException {
    String text = text(page(ExampleReports.all().get("compared")));
    assertThat(text).contains("1 new, 1 gone, 1 still there", "campaign-summer-2024", "deleted");
    assertThat(page(ExampleReports.account()))
        .doesNotContain("id=\"changes\"", "href=\"#changes\"");
  }

  @Test
  void itNamesTheRequirementsAndWhoMappedThem() throws IOException {
    String page = text(page(ExampleReports.account()));
    assertThat(Requirements.all())
        .hasSizeGreaterThan(10)
        .allSatisfy(one -> assertThat(page).contains("\n" + one.text() + "\n" + one.asks() + "\n"));
    assertThat(page).contains("\nCertsweep\n", "\nAWS\n", "\nCIS\n");
  }

  @Test
  void itSaysHowToReproduceIt() throws IOException {
    AuditReport report = ExampleReports.account();
    assertThat(text(page(report)))
        .contains(report.account(), report.origin().caller(), report.origin().commit(), SHA256)
        .contains("certsweep-audit --days 30 --region us-east-1", "2026-11-23 12:00:00 UTC");
  }

  @Test
  void aThousandCertificatesStayUnderThreeMegabytes() throws IOException {
    String page = page(ExampleReports.thousand());
    assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(3_000_000);
  }

  @Test
  void aFullDiskIsNotSilent() {
    assertThatThrownBy(
            () -> new HtmlPage(report -> SHA256).write(ExampleReports.clean(), new FullDisk()))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("No space left on device");
  }

  private static String lines(List<String> commands) {
    return String.join("\n", commands);
  }

  private static String page(AuditReport report) throws IOException {
    StringBuilder page = new StringBuilder();
    new HtmlPage(one -> SHA256).write(report, page);
    return page.toString();
  }

  private static String top(AuditReport report) throws IOException {
    String page = page(report);
    return text(page.substring(0, page.indexOf("<ul class=\"figures\"")));
  }

  private static List<String> tags(String page) {
    return TAG.matcher(page).results().map(MatchResult::group).toList();
  }

  /** The page's text: tags become line breaks, except those that hold a policy. */
  private static String text(String page) {
    return page.replaceAll("</?(?!meta)[a-zA-Z!][^>]*>+", "\n")
        .replaceAll("\n+", "\n")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }

  private static List<String> matches(String page, String regex) {
    return Pattern.compile(regex).matcher(page).results().map(one -> one.group(1)).toList();
  }

  /** Matches within the one part of the page. */
  private static List<String> matches(String page, String part, String regex) {
    return Pattern.compile(part)
        .matcher(page)
        .results()
        .flatMap(one -> matches(one.group(), regex).stream())
        .toList();
  }
}
