package io.github.certsweep.certificate;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.certificate;
import static io.github.certsweep.fake.World.iamError;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.X509;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeadTimesTest {
  private static final int DAYS = 30;
  private static final int THIRD = 33;

  private final FakeIam iam = new FakeIam();

  @ParameterizedTest
  @CsvSource({
    // 33 % of 47 days are 15.51, of 100 days 33.
    "47, 33, 16",
    "47, 50, 24",
    "47, 1, 1",
    "47, 99, 30",
    "90, 33, 30",
    "100, 33, 30",
    "6, 33, 2",
    "100, 1, 1",
    "397, 1, 4",
  })
  void theLeadTimeIsNoMoreThanTheShareOfTheLifetimeRoundedUp(int lifetime, int percent, int days) {
    stored("www", lifetime, Math.min(lifetime, 5), 5);
    assertThat(leadDays(percent)).containsExactly(days);
  }

  @ParameterizedTest
  @CsvSource({"397, 300", "91, 91"})
  void whatItsUploadProvesToLiveLongEnoughIsNotRead(int lifetime, int uploadedDaysBeforeEnd) {
    stored("www", lifetime, uploadedDaysBeforeEnd, 5);
    assertThat(leadDays(THIRD)).containsExactly(DAYS);
    assertThat(iam.reads).isEmpty();
  }

  /** Its upload alone would give it six days, and it would be silent for twelve. */
  @Test
  void aLongLivedCertificateThatWasUploadedLateHasTheWholeLeadTime() {
    stored("www", 397, 18, 18);
    assertThat(leadDays(THIRD)).containsExactly(DAYS);
    assertThat(iam.reads).containsExactly("www");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 31, 300})
  void whatHasExpiredOrIsFarFromItIsNotRead(long daysLeft) {
    stored("www", 40, 5, daysLeft);
    assertThat(leadDays(THIRD)).containsExactly(DAYS);
    assertThat(iam.reads).isEmpty();
  }

  @Test
  void atAHundredPercentAndWithoutALeadTimeNothingIsRead() {
    stored("www", 10, 5, 5);
    assertThat(leadDays(100)).containsExactly(DAYS);
    assertThat(read(THIRD, 0).daysOf(listed().getFirst())).isZero();
    assertThat(iam.reads).isEmpty();
  }

  @Test
  void withoutAnExpirationNothingIsRead() {
    iam.with(certificate("odd", NOW).toBuilder().expiration(null).build());
    assertThat(leadDays(THIRD)).containsExactly(DAYS);
    assertThat(iam.reads).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"body", "", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"})
  void ofACertificateThatIsNoneAllDaysApply(String body) {
    stored("www", 47, 5, 5);
    iam.withBody("www", body, "");
    LeadTimes times = read(THIRD, DAYS);
    assertThat(times.daysOf(listed().getFirst())).isEqualTo(DAYS);
    assertThat(times.problem()).isEmpty();
  }

  @Test
  void aBeginningAfterTheEndIsNone() {
    stored("www", 47, 5, 5);
    String later =
        X509.named("www").from(NOW.plus(days(9))).until("2027-01-01T00:00:00Z").make().pem();
    iam.withBody("www", later, "");
    assertThat(leadDays(THIRD)).containsExactly(DAYS);
  }

  @Test
  void ofACertificateThatIsGoneOrReplacedMeanwhileAllDaysApply() {
    stored("gone", 47, 5, 5);
    stored("replaced", 47, 5, 5);
    List<ServerCertificate> listed = listed();
    iam.without("gone").without("replaced");
    iam.with(
        certificate("replaced", NOW.plus(days(5))).toBuilder()
            .serverCertificateId("other")
            .build());
    LeadTimes times = read(THIRD, DAYS, listed, 60_000);
    assertThat(listed).extracting(times::daysOf).containsExactly(DAYS, DAYS);
    assertThat(times.problem()).isEmpty();
  }

  @Test
  void theFirstRefusalEndsTheReadingAndSaysWhatFollows() {
    IntStream.range(0, 3).forEach(i -> stored("www" + i, 47, 5, 5));
    iam.beforeRead(
        2,
        () -> {
          throw iamError(403, "AccessDenied", "No.");
        });
    LeadTimes times = read(THIRD, DAYS);
    assertThat(listed()).extracting(times::daysOf).containsExactly(16, DAYS, DAYS);
    assertThat(iam.reads).hasSize(2);
    assertThat(times.problem().orElseThrow())
        .startsWith("iam:GetServerCertificate failed: AccessDenied: No.")
        .endsWith("All of daysToExpiration applies to certificates that were not read.");
  }

  @Test
  void anAnswerWithoutACertificateIsToldToo() {
    stored("www", 47, 5, 5);
    iam.answeringReadsEmptyFrom(1);
    assertThat(read(THIRD, DAYS).problem().orElseThrow()).contains("contains no certificate");
  }

  @Test
  void halfOfALittleTimeIsLeftToOthers() {
    stored("www", 47, 5, 5);
    assertThat(read(THIRD, DAYS, listed(), 2_000).problem().orElseThrow())
        .startsWith("iam:GetServerCertificate was not made");
    assertThat(read(THIRD, DAYS, listed(), 3_000).problem()).isEmpty();
  }

  private void stored(String name, int lifetime, int uploadedDaysBeforeEnd, long daysLeft) {
    Instant end = NOW.plus(days(daysLeft));
    iam.with(
        certificate(name, end).toBuilder()
            .uploadDate(end.minus(days(uploadedDaysBeforeEnd)))
            .build());
    iam.withBody(
        name,
        X509.named(name).from(end.minus(days(lifetime))).until(end.toString()).make().pem(),
        "");
  }

  private List<Integer> leadDays(int percent) {
    LeadTimes times = read(percent, DAYS);
    return listed().stream().map(times::daysOf).toList();
  }

  private LeadTimes read(int percent, int days) {
    return read(percent, days, listed(), 60_000);
  }

  private LeadTimes read(
      int percent, int days, List<ServerCertificate> listed, long remainingMillis) {
    return LeadTimes.atMost(
        percent,
        days,
        listed,
        NOW,
        new IamCertificateStore(iam),
        Deadline.in(remainingMillis, CLOCK));
  }

  private List<ServerCertificate> listed() {
    return new IamCertificateStore(iam).listAll(Deadline.in(60_000, CLOCK));
  }

  private static Duration days(long number) {
    return Duration.ofDays(number);
  }
}
