package io.github.certsweep.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;

/** When an invocation must end, so that it can still answer before Lambda stops it. Immutable. */
public final class Deadline {
  /** The time reserved for the answer and the log after the last call. */
  private static final Duration RESERVE = Duration.ofSeconds(2);

  /** The most that a call may take, including its retries. */
  private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

  private final Clock clock;
  private final Instant end;

  private Deadline(Clock clock, Instant end) {
    this.clock = clock;
    this.end = end;
  }

  /** The deadline of an invocation that Lambda stops in {@code remainingMillis} milliseconds. */
  public static Deadline in(long remainingMillis, Clock clock) {
    return new Deadline(clock, clock.instant().plusMillis(remainingMillis).minus(RESERVE));
  }

  /**
   * How long the next call may take, including retries: 30 seconds, or the time left if that is
   * less.
   *
   * @param call the call in IAM's notation, for example {@code "iam:ListServerCertificates"}
   * @throws AwsCallException if no time is left
   */
  public Duration timeoutFor(String call) {
    Duration left = left();
    if (left.isZero()) {
      throw AwsCallException.outOfTime(call);
    }
    return left.compareTo(LONGEST_CALL) < 0 ? left : LONGEST_CALL;
  }

  /**
   * {@link #timeoutFor} in the form that the SDK's requests take.
   *
   * @throws AwsCallException if no time is left
   */
  public AwsRequestOverrideConfiguration limitOf(String call) {
    return AwsRequestOverrideConfiguration.builder().apiCallTimeout(timeoutFor(call)).build();
  }

  /** An earlier deadline, for work that must leave time for something else. */
  public Deadline earlierBy(Duration reserve) {
    return new Deadline(clock, end.minus(reserve));
  }

  /** The time left; never negative. */
  public Duration left() {
    Duration left = Duration.between(clock.instant(), end);
    return left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public String toString() {
    return "Deadline[" + end + "]";
  }
}
