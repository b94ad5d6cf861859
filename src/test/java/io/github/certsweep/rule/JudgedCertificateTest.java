package io.github.certsweep.rule;

import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.certificate.ServerCertificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.config.model.ComplianceType;

class JudgedCertificateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2018-07-10T23:59:59Z | 0    | Expired 2018-07-10T23:59:59Z, 3057 days ago (id ASCA).
          2026-11-22T12:00:00Z | 0    | Expired 2026-11-22T12:00:00Z, 1 day ago (id ASCA).
          2026-11-22T12:00:01Z | 0    | Expired 2026-11-22T12:00:01Z, less than a day ago (id ASCA).
          2026-11-23T12:00:00Z | 1    | Expires 2026-11-23T12:00:00Z, in less than a day; limit 1 day (id ASCA).
          2026-11-25T11:00:00Z | 30   | Expires 2026-11-25T11:00:00Z, in 1 day; limit 30 days (id ASCA).
          2026-12-02T00:00:00Z | 30   | Expires 2026-12-02T00:00:00Z, in 8 days; limit 30 days (id ASCA).
          2026-11-23T12:00:00Z | 0    | Valid until 2026-11-23T12:00:00Z, less than a day left (id ASCA).
          2026-11-24T12:00:00Z | 0    | Valid until 2026-11-24T12:00:00Z, 1 day left (id ASCA).
          2027-03-01T12:00:00Z | 30   | Valid until 2027-03-01T12:00:00Z, 98 days left (id ASCA).
          2036-11-20T11:59:59Z | 3650 | Expires 2036-11-20T11:59:59Z, in 3649 days; limit 3650 days (id ASCA).
          """)
  void annotationsReadLikeSentences(Instant expiration, int days, String annotation) {
    assertThat(judge(Optional.of(expiration), days).evaluation().annotation())
        .isEqualTo(annotation);
  }

  @Test
  void withoutExpirationItIsNonCompliantAndSaysWhy() {
    assertThat(judge(Optional.empty(), 0).evaluation())
        .isEqualTo(
            new Evaluation(
                Resource.certificate("www"),
                ComplianceType.NON_COMPLIANT,
                "IAM gives no expiration for this certificate, so it can't be told whether it has expired (id ASCA)."));
  }

  @Test
  void onlyTheValidAreCompliant() {
    assertThat(compliance(NOW.minusSeconds(1), 0)).isEqualTo(ComplianceType.NON_COMPLIANT);
    assertThat(compliance(NOW, 0)).isEqualTo(ComplianceType.COMPLIANT);
    assertThat(compliance(NOW.plusSeconds(1), 1)).isEqualTo(ComplianceType.NON_COMPLIANT);
  }

  @Test
  void theLongestAnnotationFits() {
    ServerCertificate longest =
        new ServerCertificate(
            "n".repeat(128),
            "A".repeat(128),
            "arn",
            "/",
            Optional.of(Instant.parse("9999-12-31T23:59:59Z")));
    String annotation =
        JudgedCertificate.at(NOW, longest, new RuleParameters(3650, true))
            .evaluation()
            .annotation();
    assertThat(annotation).hasSizeLessThanOrEqualTo(256).endsWith("A).");
  }

  @Test
  void theWorstComeFirst() {
    List<JudgedCertificate> sorted =
        List.of(
                certificate("valid", NOW.plusSeconds(999_999)),
                certificate("expiring", NOW.plusSeconds(9)),
                new ServerCertificate("unknown", "ASCA", "arn", "/", Optional.empty()),
                certificate("expired-b", NOW.minusSeconds(1)),
                certificate("expired-a", NOW.minusSeconds(1)),
                certificate("expired-long-ago", NOW.minusSeconds(9)))
            .stream()
            .map(certificate -> JudgedCertificate.at(NOW, certificate, new RuleParameters(1, true)))
            .sorted(JudgedCertificate.WORST_FIRST)
            .toList();
    assertThat(sorted)
        .extracting(judged -> judged.certificate().name())
        .containsExactly(
            "expired-long-ago", "expired-a", "expired-b", "unknown", "expiring", "valid");
  }

  @Test
  void countsTellTheStatusesApart() {
    List<JudgedCertificate> certificates =
        List.of(
            judge(Optional.of(NOW.minusSeconds(1)), 1),
            judge(Optional.of(NOW.plusSeconds(1)), 1),
            judge(Optional.of(NOW.plus(Duration.ofDays(3))), 1),
            judge(Optional.of(NOW.plus(Duration.ofDays(2))), 1),
            judge(Optional.empty(), 1));
    CertificateCounts counts = CertificateCounts.of(certificates);
    assertThat(counts)
        .extracting("total", "valid", "expiring", "expired", "unknown")
        .containsExactly(5, 2, 1, 1, 1);
    assertThat(counts.nonCompliant()).isEqualTo(3);
    assertThat(counts.daysToNextExpiration()).hasValue(0);
  }

  @Test
  void thereIsNoNextExpirationWhenAllHaveExpired() {
    assertThat(
            CertificateCounts.of(List.of(judge(Optional.of(NOW.minusSeconds(1)), 0)))
                .daysToNextExpiration())
        .isEmpty();
    assertThat(CertificateCounts.of(List.of(judge(Optional.empty(), 0))).daysToNextExpiration())
        .isEmpty();
  }

  private static ComplianceType compliance(Instant expiration, int days) {
    return judge(Optional.of(expiration), days).evaluation().compliance();
  }

  private static JudgedCertificate judge(Optional<Instant> expiration, int days) {
    return JudgedCertificate.at(
        NOW,
        new ServerCertificate("www", "ASCA", "arn", "/", expiration),
        new RuleParameters(days, true));
  }

  private static ServerCertificate certificate(String name, Instant expiration) {
    return new ServerCertificate(name, "ASCA", "arn", "/", Optional.of(expiration));
  }
}
