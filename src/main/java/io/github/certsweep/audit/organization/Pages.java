package io.github.certsweep.audit.organization;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.Predicate;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Reads listings page by page. A page may be empty and not be the last. Throttled calls get more
 * time than the SDK's retries give them. Thread-safe.
 */
final class Pages {
  /** How often a call is made, each with the SDK's own retries, while AWS throttles it. */
  private static final int ROUNDS = 4;

  private static final Duration BEFORE_NEXT_ROUND = Duration.ofSeconds(10);

  private final Deadline deadline;
  private final Pause pause;
  private final int rounds;

  Pages(Deadline deadline, Pause pause) {
    this(deadline, pause, ROUNDS);
  }

  private Pages(Deadline deadline, Pause pause, int rounds) {
    this.deadline = deadline;
    this.pause = pause;
    this.rounds = rounds;
  }

  /** The same, but a call that AWS throttles fails at once. */
  Pages impatient() {
    return new Pages(deadline, pause, 1);
  }

  /** Asks for one page. */
  @FunctionalInterface
  interface Request<P> {
    /**
     * Makes the request.
     *
     * @param token where the page starts; empty for the first
     */
    P page(Optional<String> token, AwsRequestOverrideConfiguration limit);
  }

  /**
   * Reads all pages.
   *
   * @param next where the next page starts, as the answer says; may be null or empty
   * @param take takes a page, and says whether to go on
   * @return whether the listing was read to its end
   * @throws AwsCallException if a page can't be read, or leads back to an earlier one
   * @throws CancellationException if the thread was interrupted
   */
  <P> boolean read(AwsCall call, Request<P> request, Function<P, String> next, Predicate<P> take) {
    Set<String> seen = new HashSet<>();
    Optional<String> token = Optional.empty();
    while (true) {
      P page = patiently(call, request, token);
      token = Optional.ofNullable(next.apply(page)).filter(text -> !text.isEmpty());
      call.require(
          token.isEmpty() || seen.add(token.get()),
          "The answer leads back to a page that was read before.");
      boolean goesOn = take.test(page);
      if (token.isEmpty()) {
        return true;
      }
      if (!goesOn) {
        return false;
      }
    }
  }

  /** Reads a listing that has one page only. */
  <P> P single(AwsCall call, Function<AwsRequestOverrideConfiguration, P> request) {
    return patiently(call, (token, limit) -> request.apply(limit), Optional.empty());
  }

  private <P> P patiently(AwsCall call, Request<P> request, Optional<String> token) {
    for (int round = 1; ; round++) {
      stopIfInterrupted();
      try {
        return call.make(deadline, limit -> request.page(token, limit));
      } catch (AwsCallException e) {
        if (round == rounds || !isThrottled(e) || !pause.within(deadline, BEFORE_NEXT_ROUND)) {
          // The SDK gives up a call whose thread is interrupted. That is no failure of AWS.
          stopIfInterrupted();
          throw e;
        }
      }
    }
  }

  /**
   * Whether AWS throttled the call. Adaptive retries wait before they send, so that under
   * throttling a call can also run out of time.
   */
  static boolean isThrottled(AwsCallException failure) {
    return failure.code().equals(AwsCallException.TIMEOUT)
        || (failure.getCause() instanceof AwsServiceException service
            && service.isThrottlingException());
  }

  static void stopIfInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("The audit was interrupted. Start it again.");
    }
  }
}
