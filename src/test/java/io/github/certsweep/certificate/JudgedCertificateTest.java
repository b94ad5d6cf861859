package io.github.certsweep.certificate;

import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgedCertificateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2018-07-10T23:59:59Z | 0    | Expired 2018-07-10T23:59:59Z, 3057 days ago
          2026-11-22T12:00:00Z | 0    | Expired 2026-11-22T12:00:00Z, 1 day ago
          2026-11-22T12:00:01Z | 0    | Expired 2026-11-22T12:00:01Z, less than a day ago
          2026-11-23T12:00:00Z | 1    | Expires 2026-11-23T12:00:00Z, in less than a day; limit 1 day
          2026-11-25T11:00:00Z | 30   | Expires 2026-11-25T11:00:00Z, in 1 day; limit 30 days
          2026-12-02T00:00:00Z | 30   | Expires 2026-12-02T00:00:00Z, in 8 days; limit 30 days
          2026-11-23T12:00:00Z | 0    | Valid until 2026-11-23T12:00:00Z, less than a day left
          2026-11-24T12:00:00Z | 0    | Valid until 2026-11-24T12:00:00Z, 1 day left
          2027-03-01T12:00:00Z | 30   | Valid until 2027-03-01T12:00:00Z, 98 days left
          2036-11-20T11:59:59Z | 3650 | Expires 2036-11-20T11:59:59Z, in 3649 days; limit 3650 days
          """)
  void descriptionsReadLikeSentences(Instant expiration, int days, String description) {
    assertThat(judge(Optional.of(expiration), days).description()).isEqualTo(description);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2018-07-10T23:59:59Z | 0  | Expired 2018-07-10T23:59:59Z
          2026-12-01T00:00:00Z | 30 | Expires 2026-12-01T00:00:00Z; limit 30 days
          2027-03-01T12:00:00Z | 30 | Valid until 2027-03-01T12:00:00Z
          """)
  void lastingDescriptionsCountNoDays(Instant expiration, int days, String description) {
    assertThat(judge(Optional.of(expiration), days).lastingDescription()).isEqualTo(description);
  }

  @Test
  void withoutExpirationBothSayWhy() {
    JudgedCertificate judged = judge(Optional.empty(), 0);
    assertThat(judged.description())
        .isEqualTo(
            "IAM gives no expiration for this certificate, so it can't be told whether it has expired")
        .isEqualTo(judged.lastingDescription());
  }

  @Test
  void usersMatterForTheExpiredAndTheExpiring() {
    assertThat(judge(Optional.of(NOW.minusSeconds(1)), 0).isExpiredOrExpiring()).isTrue();
    assertThat(judge(Optional.of(NOW.plusSeconds(1)), 1).isExpiredOrExpiring()).isTrue();
    assertThat(judge(Optional.of(NOW.plusSeconds(1)), 0).isExpiredOrExpiring()).isFalse();
    assertThat(judge(Optional.empty(), 1).isExpiredOrExpiring()).isFalse();
  }

  @Test
  void daysLeftAreWholeDays() {
    assertThat(judge(Optional.of(NOW.plusSeconds(2 * 86_400 - 1)), 0).daysLeft()).hasValue(1);
    assertThat(judge(Optional.of(NOW.plusSeconds(1)), 1).daysLeft()).hasValue(0);
    assertThat(judge(Optional.of(NOW.minusSeconds(1)), 0).daysLeft()).isEmpty();
    assertThat(judge(Optional.empty(), 0).daysLeft()).isEmpty();
  }

  @Test
  void theWorstComeFirst() {
    List<JudgedCertificate> sorted =
        List.of(
                certificate("valid", Optional.of(NOW.plusSeconds(999_999))),
                certificate("expiring", Optional.of(NOW.plusSeconds(9))),
                certificate("unknown", Optional.empty()),
                certificate("expired-b", Optional.of(NOW.minusSeconds(1))),
                certificate("expired-a", Optional.of(NOW.minusSeconds(1))),
                certificate("expired-long-ago", Optional.of(NOW.minusSeconds(9))))
            .stream()
            .map(certificate -> new JudgedCertificate(certificate, NOW, 1))
            .sorted(JudgedCertificate.WORST_FIRST)
            .toList();
    assertThat(sorted)
        .extracting(judged -> judged.certificate().name())
        .containsExactly(
            "expired-long-ago", "expired-a", "expired-b", "unknown", "expiring", "valid");
  }

  private static JudgedCertificate judge(Optional<Instant> expiration, int days) {
    return new JudgedCertificate(certificate("www", expiration), NOW, days);
  }

  private static ServerCertificate certificate(String name, Optional<Instant> expiration) {
    return new ServerCertificate(name, "ASCA", "arn", "/", NOW, expiration);
  }
}
