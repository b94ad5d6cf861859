package io.github.certsweep.aws;

import static io.github.certsweep.fake.World.CLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  @Test
  void aRequestTakesItsTimeAlong() {
    assertThat(Deadline.in(12_000, CLOCK).limitOf("x:Y").apiCallTimeout())
        .contains(Duration.ofSeconds(10));
  }

  @Test
  void aCallMayTakeHalfAMinuteWhenThereIsTime() {
    assertThat(Deadline.in(300_000, CLOCK).timeoutFor("x:Y")).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void nearTheEndACallMayTakeWhatIsLeftLessTheReserve() {
    assertThat(Deadline.in(12_000, CLOCK).timeoutFor("x:Y")).isEqualTo(Duration.ofSeconds(10));
    assertThat(Deadline.in(2_001, CLOCK).timeoutFor("x:Y")).isEqualTo(Duration.ofMillis(1));
  }

  @Test
  void withinTheReserveNoCallIsMade() {
    assertThatThrownBy(() -> Deadline.in(2_000, CLOCK).timeoutFor("x:Y"))
        .isInstanceOf(AwsCallException.class)
        .hasMessage(
            "x:Y was not made: the function ran out of time. Increase the stack's MemorySize.")
        .extracting("code")
        .isEqualTo("OutOfTime");
  }

  @Test
  void showsItsEnd() {
    assertThat(Deadline.in(12_000, CLOCK)).hasToString("Deadline[2026-11-23T12:00:10Z]");
  }
}
