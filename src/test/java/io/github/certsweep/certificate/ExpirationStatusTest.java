package io.github.certsweep.certificate;

import static io.github.certsweep.certificate.ExpirationStatus.EXPIRED;
import static io.github.certsweep.certificate.ExpirationStatus.EXPIRING;
import static io.github.certsweep.certificate.ExpirationStatus.UNKNOWN;
import static io.github.certsweep.certificate.ExpirationStatus.VALID;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpirationStatusTest {
  /** The boundary, in seconds from now: the end of the validity belongs to it. */
  @ParameterizedTest(name = "expiration in {0} s, lead time {1} days: {2}")
  @CsvSource({
    "-315360000,    0, EXPIRED",
    "        -1,    0, EXPIRED",
    "         0,    0, VALID",
    "         1,    0, VALID",
    "        -1,    1, EXPIRED",
    "         0,    1, EXPIRING",
    "         1,    1, EXPIRING",
    "     86399,    1, EXPIRING",
    "     86400,    1, VALID",
    "     86401,    1, VALID",
    "        -1, 3650, EXPIRED",
    " 315359999, 3650, EXPIRING",
    " 315360000, 3650, VALID",
  })
  void boundary(long secondsFromNow, long leadDays, ExpirationStatus expected) {
    assertThat(
            ExpirationStatus.at(
                NOW, Optional.of(NOW.plusSeconds(secondsFromNow)), Duration.ofDays(leadDays)))
        .isEqualTo(expected);
  }

  @Test
  void aNanosecondDecides() {
    assertThat(ExpirationStatus.at(NOW.plusNanos(1), Optional.of(NOW), Duration.ZERO))
        .isEqualTo(EXPIRED);
    assertThat(ExpirationStatus.at(NOW, Optional.of(NOW), Duration.ZERO)).isEqualTo(VALID);
  }

  @Test
  void withoutExpirationNothingIsKnown() {
    assertThat(ExpirationStatus.at(NOW, Optional.empty(), Duration.ofDays(30))).isEqualTo(UNKNOWN);
  }

  @Test
  void worstComesFirst() {
    assertThat(ExpirationStatus.values()).containsExactly(EXPIRED, UNKNOWN, EXPIRING, VALID);
  }
}
