package io.github.certsweep.exemption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.Exemption.InForce;
import io.github.certsweep.input.InvalidInputException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExceptionLimitTest {
  private static final String EXPIRATION = "2026-11-13T23:59:59Z";
  private static final String NOW = "2026-11-23T12:00:00Z";
  private static final ExceptionLimit THIRTY = new ExceptionLimit(30);

  @Test
  void bothTagsMakeAnException() {
    assertThat(exemption("2026-12-01", "vendor migration"))
        .isEqualTo(new InForce(LocalDate.of(2026, 12, 1), "vendor migration"));
    assertThat(exemption("2026-12-01", "vendor migration").sentence())
        .isEqualTo("Exception until 2026-12-01: vendor migration.");
  }

  @Test
  void noTagIsNoException() {
    assertThat(THIRTY.exemption(Map.of(), judged(NOW))).isEqualTo(new Exemption.None());
    assertThat(THIRTY.exemption(Map.of("owner", "me"), judged(NOW)))
        .isEqualTo(new Exemption.None());
  }

  @Test
  void keysInAnotherCaseAreOtherTags() {
    Map<String, String> tags =
        Map.of("Certsweep:Exception-Until", "2026-12-01", "certsweep:Exception-reason", "x");
    assertThat(THIRTY.exemption(tags, judged(NOW))).isEqualTo(new Exemption.None());
  }

  @Test
  void tagsMeanNothingWhileExceptionsAreOff() {
    assertThat(ExceptionLimit.OFF.exemption(tags("2026-12-01", "x"), judged(NOW)))
        .isEqualTo(new Exemption.None());
  }

  @ParameterizedTest
  @CsvSource({
    // To the end of the day in UTC, wherever the owner lives.
    "2026-11-23T00:00:00Z,             true",
    "2026-11-23T23:59:59.999Z,         true",
    "2026-11-24T00:00:00Z,             false",
    "2026-11-24T12:59:59+13:00,        true",
    "2026-11-24T13:00:00+13:00,        false",
    "2026-11-23T15:59:59-08:00,        true",
    "2026-11-23T16:00:00-08:00,        false",
  })
  void theDateLastsToItsEndInUtc(String now, boolean holds) {
    Instant moment = OffsetDateTime.parse(now).toInstant();
    Exemption found = THIRTY.exemption(tags("2026-11-23", "x"), judged(moment.toString()));
    assertThat(found.isInForce()).isEqualTo(holds);
    assertThat(found.sentence())
        .isEqualTo(holds ? "Exception until 2026-11-23: x." : "Exception ended on 2026-11-23.");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-13T00:00:00Z, 30, 2026-12-13, true",
    "2026-11-13T23:59:59Z, 30, 2026-12-13, true",
    "2026-11-13T23:59:59Z, 30, 2026-12-14, false",
    "2026-11-14T00:00:00Z, 30, 2026-12-14, true",
    "2026-11-13T23:59:59Z, 3650, 2036-11-10, true",
    "2026-11-13T23:59:59Z, 3650, 2036-11-11, false",
    "2018-07-10T23:59:59Z, 30, 2026-12-01, false",
    // The same date again and again is no way to renew it for ever.
    "2026-11-13T23:59:59Z, 1, 9999-12-31, false"
  })
  void theLimitCountsFromTheExpiration(
      String expiration, int days, String until, boolean isAllowed) {
    Exemption found =
        new ExceptionLimit(days)
            .exemption(tags(until, "x"), judged(Optional.of(Instant.parse(expiration)), NOW));
    assertThat(found.isInForce()).isEqualTo(isAllowed);
    if (!isAllowed) {
      assertThat(found.sentence()).startsWith("No exception: " + until + " is after ");
    }
  }

  @Test
  void aLateDateNamesTheLastPossibleOne() {
    assertThat(exemption("2027-01-01", "x"))
        .isEqualTo(
            new Exemption.Invalid(
                "No exception: 2027-01-01 is after 2026-12-13, the last day possible."));
  }

  @Test
  void aCertificateThatIsAboutToExpireCanHaveOne() {
    JudgedCertificate expiring =
        new JudgedCertificate(
            certificate(Optional.of(Instant.parse(EXPIRATION))),
            Instant.parse("2026-11-01T00:00:00Z"),
            30);
    assertThat(THIRTY.exemption(tags("2026-12-13", "x"), expiring).isInForce()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "31.12.2026",
        "12/31/2026",
        "2026-12-31T00:00:00Z",
        "2026-12-31+13:00",
        "2026-12-31Z",
        "2026-13-01",
        "2026-02-30",
        "2026-1-1",
        "26-12-31",
        "+12026-12-31",
        "-2026-12-31",
        "20261231",
        "２０２６-１２-０１",
        "2026\u201012\u201001",
        "tomorrow",
        "never",
        "2026-12-31; DROP"
      })
  void whatIsNoDateIsQuotedAndNoException(String until) {
    Exemption found = exemption(until, "x");
    assertThat(found.isAbsent()).isTrue();
    assertThat(found.sentence())
        .startsWith("No exception: \"" + until.substring(0, Math.min(17, until.length())))
        .endsWith("\" is not a date such as 2026-12-31.");
  }

  @Test
  void spacesAroundADateAreForgiven() {
    assertThat(exemption(" 2026-12-01\u00a0", "\u2028x\u3000y ").sentence())
        .isEqualTo("Exception until 2026-12-01: x y.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\u00a0", "\u2028\u3000"})
  void aReasonIsRequired(String reason) {
    assertThat(exemption("2026-12-01", reason).sentence())
        .isEqualTo("No exception: the tag certsweep:exception-reason is missing.");
    assertThat(exemption(reason, "x").sentence())
        .isEqualTo("No exception: the tag certsweep:exception-until is missing.");
  }

  @Test
  void oneTagAloneIsNoException() {
    Map<String, String> until = Map.of(ExceptionLimit.UNTIL, "2026-12-01");
    Map<String, String> reason = Map.of(ExceptionLimit.REASON, "x");
    assertThat(THIRTY.exemption(until, judged(NOW)).sentence())
        .isEqualTo("No exception: the tag certsweep:exception-reason is missing.");
    assertThat(THIRTY.exemption(reason, judged(NOW)).sentence())
        .isEqualTo("No exception: the tag certsweep:exception-until is missing.");
  }

  @Test
  void withoutExpirationThereIsNothingToCountFrom() {
    assertThat(THIRTY.exemption(tags("2026-12-01", "x"), judged(Optional.empty(), NOW)).sentence())
        .isEqualTo("No exception: IAM gives no expiration date, so the limit can't be calculated.");
  }

  @Test
  void anAnnotationShowsSixtyCharactersOfTheReason() {
    String beginning = "Exception until 2026-12-01: ";
    Exemption longest = exemption("2026-12-01", "r".repeat(256));
    assertThat(longest.shortSentence()).isEqualTo(beginning + "r".repeat(57) + "...");
    assertThat(longest.sentence()).isEqualTo(beginning + "r".repeat(256) + ".");
    assertThat(exemption("2026-12-01", "r".repeat(60)).shortSentence())
        .isEqualTo(beginning + "r".repeat(60) + ".");
    assertThat(exemption("2026-12-01", "It ends. ").shortSentence())
        .isEqualTo(beginning + "It ends.");
  }

  @Test
  void aReasonIsNeverCutWithinACharacter() {
    String reason = "x".repeat(56) + "\ud83d\ude00".repeat(10);
    assertThat(exemption("2026-12-01", reason).shortSentence())
        .endsWith(": " + "x".repeat(56) + "...");
  }

  @Test
  void whatCanNotBeATagOfIamIsStillOneLine() {
    assertThat(exemption("2026-12-01", "a \"quoted\"\r\nforged: line\u0000").sentence())
        .isEqualTo("Exception until 2026-12-01: a \"quoted\" forged: line.");
  }

  @Test
  void anUnknownExceptionIsNotAbsent() {
    assertThat(new Exemption.Unread("AccessDenied", "No.").isAbsent()).isFalse();
    assertThat(new Exemption.NotReadYet().isAbsent()).isFalse();
    assertThat(exemption("2026-12-01", "x").isAbsent()).isFalse();
    assertThat(exemption("2026-11-01", "x").isAbsent()).isTrue();
    assertThat(new Exemption.None().isAbsent()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"'', 0", "' ', 0", "0, 0", "00, 0", "30, 30", "' 3650 ', 3650"})
  void theSettingIsRead(String setting, int days) {
    assertThat(ExceptionLimit.parse(setting)).isEqualTo(new ExceptionLimit(days));
    assertThat(ExceptionLimit.parse(setting).isOn()).isEqualTo(days > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "3651", "thirty", "1.5", "30 days", "99999999999", "٣٠"})
  void anyOtherSettingIsRefusedByNameWithTheRemedy(String setting) {
    assertThatThrownBy(() -> ExceptionLimit.parse(setting))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "MAXIMUM_EXCEPTION_DAYS is \""
                + setting
                + "\": it must be a whole number of days from 0 to 3650. Correct the stack's"
                + " parameter MaximumExceptionDays.");
  }

  private static Exemption exemption(String until, String reason) {
    return THIRTY.exemption(tags(until, reason), judged(NOW));
  }

  private static Map<String, String> tags(String until, String reason) {
    Map<String, String> tags = new HashMap<>();
    tags.put(ExceptionLimit.UNTIL, until);
    tags.put(ExceptionLimit.REASON, reason);
    tags.put("owner", "me");
    return tags;
  }

  private static JudgedCertificate judged(String now) {
    return judged(Optional.of(Instant.parse(EXPIRATION)), now);
  }

  private static JudgedCertificate judged(Optional<Instant> expiration, String now) {
    return new JudgedCertificate(certificate(expiration), Instant.parse(now), 0);
  }

  private static ServerCertificate certificate(Optional<Instant> expiration) {
    return new ServerCertificate(
        "www",
        "ASCAXXXXXXXXXXXXXXXXX",
        "arn:aws:iam::123456789012:server-certificate/www",
        "/",
        Instant.EPOCH,
        expiration);
  }
}
