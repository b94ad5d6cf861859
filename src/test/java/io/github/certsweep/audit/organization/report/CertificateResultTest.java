package io.github.certsweep.audit.organization.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.fake.World;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateResultTest {
  private static final Instant PAST = World.NOW.minus(Duration.ofDays(10));
  private static final Instant SOON = World.NOW.plus(Duration.ofDays(10));
  private static final UncheckedPlace PLACE =
      new UncheckedPlace("appsync", "eu-west-3", "AccessDenied", "AccessDenied: no");
  private static final CertificateUsage USED =
      new CertificateUsage(
          List.of(
              new CertificateUser(
                  "elbv2", "eu-west-1", "app/web", "443", "ALB listener app/web:443")),
          List.of(),
          List.of(),
          List.of(),
          3);

  @ParameterizedTest
  @CsvSource({
    "true,  used,       EXPIRED_IN_USE",
    "true,  unused,     EXPIRED_UNUSED",
    "true,  forgiven,   EXPIRED_UNUSED",
    "true,  unchecked,  EXPIRED_USAGE_UNKNOWN",
    "true,  unsearched, EXPIRED_USAGE_UNKNOWN",
    "true,  unasked,    EXPIRED_USAGE_UNKNOWN",
    "false, used,       EXPIRING_IN_USE",
    "false, unused,     EXPIRING_UNUSED",
    "false, unchecked,  EXPIRING_USAGE_UNKNOWN",
    "false, unasked,    EXPIRING_USAGE_UNKNOWN",
  })
  void readsWhatTheRuleWrites(boolean expired, String usage, Priority priority) {
    String text = written(Optional.of(expired ? PAST : SOON), usage);
    assertThat(flagged(text).priority()).contains(priority);
    assertThat(flagged(text).action()).isEqualTo(priority.action());
  }

  @Test
  void readsThatTheExpirationIsUnknown() {
    assertThat(flagged(written(Optional.empty(), "unasked")).priority())
        .contains(Priority.EXPIRATION_UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Something of another rule. Not in use.",
        "Not in use.",
        "Expired long ago (id A). Not in use.",
        "Expired 2018-07-10T23:59:59Z, or so they say. Not in use.",
        ""
      })
  void doesNotGuessWhatOthersWrite(String text) {
    assertThat(flagged(text).priority()).isEmpty();
    assertThat(flagged(text).action()).isEqualTo("Check it yourself");
  }

  @ParameterizedTest
  @CsvSource({
    "Exception until 2026-12-31: vendor migration.,            EXPIRED_EXCEPTED",
    "Exception unknown: AccessDenied.,                         EXPIRED_EXCEPTED",
    "Exception ended on 2026-10-31.,                           EXPIRED_UNUSED",
    "No exception: \"31.12.2026\" is not a date such as 2026.,  EXPIRED_UNUSED",
  })
  void whatAnExceptionMayKeepIsNotToBeDeleted(String exception, Priority priority) {
    String text = written(Optional.of(PAST), "unused") + " " + exception;
    assertThat(flagged(text).priority()).contains(priority);
    String expiring = written(Optional.of(SOON), "unused") + " " + exception;
    assertThat(flagged(expiring).priority()).contains(Priority.EXPIRING_UNUSED);
  }

  @Test
  void anUnusedNoteInsideOfANameIsNotBelieved() {
    String text = "Expired 2018-07-10T23:59:59Z (id ASCA). Usage unknown: Not in use.";
    assertThat(flagged(text).priority()).contains(Priority.EXPIRED_USAGE_UNKNOWN);
  }

  @Test
  void aCompliantResultAsksForNothing() {
    CertificateResult result =
        new CertificateResult(
            "AWS::IAM::ServerCertificate",
            "www",
            Compliance.COMPLIANT,
            Optional.empty(),
            World.NOW);
    assertThat(result.priority()).contains(Priority.VALID);
    assertThat(result.action()).isEqualTo("Nothing");
  }

  @Test
  void anAnnotationIsOneLine() {
    assertThat(flagged("a\n\u001b[2Jb").annotation()).contains("a [2Jb");
  }

  /** As {@code Evaluation} does. */
  private static String written(Optional<Instant> expiration, String usage) {
    JudgedCertificate judged =
        new JudgedCertificate(
            new ServerCertificate(
                "www", "ASCA1", "arn:aws:iam::1:server-certificate/www", "/", PAST, expiration),
            World.NOW,
            30);
    String text = judged.lastingDescription() + " (id ASCA1).";
    return switch (usage) {
      case "used" -> text + " " + USED.sentence(200);
      case "unused" -> text + " " + usage(List.of(), List.of(), 3).sentence(200);
      case "forgiven" -> text + " " + usage(List.of(), List.of(PLACE), 3).sentence(200);
      case "unchecked" -> text + " " + usage(List.of(PLACE), List.of(), 3).sentence(200);
      case "unsearched" -> text + " " + usage(List.of(), List.of(), 0).sentence(200);
      default -> text;
    };
  }

  private static CertificateUsage usage(
      List<UncheckedPlace> unchecked, List<UncheckedPlace> forgiven, int checks) {
    return new CertificateUsage(List.of(), unchecked, forgiven, List.of(), checks);
  }

  private static CertificateResult flagged(String annotation) {
    return new CertificateResult(
        "AWS::IAM::ServerCertificate",
        "www",
        Compliance.NON_COMPLIANT,
        Optional.of(annotation),
        World.NOW);
  }
}
