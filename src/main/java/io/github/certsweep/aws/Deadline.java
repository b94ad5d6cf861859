package io.github.certsweep.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;

/**
 * The moment by which an invocation must be over, so that it ends with an answer of its own instead
 * of being cut off by Lambda. Immutable.
 */
public final class Deadline {
  /** What is kept back for the answer and the log after the last call. */
  private static final Duration RESERVE = Duration.ofSeconds(2);

  /** What any one call, its retries included, may take at most. */
  private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

  private final Clock clock;
  private final Instant end;

  private Deadline(Clock clock, Instant end) {
    this.clock = clock;
    this.end = end;
  }

  /** The deadline of an invocation that Lambda ends in {@code remainingMillis} milliseconds. */
  public static Deadline in(long remainingMillis, Clock clock) {
    return new Deadline(clock, clock.instant().plusMillis(remainingMillis).minus(RESERVE));
  }

  /**
   * How long the next call may take, retries included: 30 seconds, or what is left if that is less.
   *
   * @param call the call in IAM's notation, for example {@code "iam:ListServerCertificates"}
   * @throws AwsCallException if nothing is left
   */
  public Duration timeoutFor(String call) {
    Duration left = left();
    if (left.isZero()) {
      throw AwsCallException.outOfTime(call);
    }
    return left.compareTo(LONGEST_CALL) < 0 ? left : LONGEST_CALL;
  }

  /**
   * {@link #timeoutFor} as the SDK takes it with a request. No lambda of each caller: that would be
   * a class more at a cold start for every call.
   *
   * @throws AwsCallException if nothing is left
   */
  public AwsRequestOverrideConfiguration limitOf(String call) {
    return AwsRequestOverrideConfiguration.builder().apiCallTimeout(timeoutFor(call)).build();
  }

  /**
   * A deadline that is earlier by this much, for work after which something else has to be done.
   */
  public Deadline earlierBy(Duration reserve) {
    return new Deadline(clock, end.minus(reserve));
  }

  /** What is left; zero if nothing is. */
  public Duration left() {
    Duration left = Duration.between(clock.instant(), end);
    return left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public String toString() {
    return "Deadline[" + end + "]";
  }
}
