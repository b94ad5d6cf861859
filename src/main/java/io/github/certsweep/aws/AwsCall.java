package io.github.certsweep.aws;

import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * An operation of AWS, and what all its calls have in common: how long they may take, and what an
 * error says.
 *
 * @param name in IAM's notation, for example {@code "iam:ListServerCertificates"}
 */
public record AwsCall(String name) {
  /**
   * Makes the call.
   *
   * @param call makes the request, with this timeout; may read all pages
   * @throws AwsCallException if it failed for good, or if no time is left
   */
  public <T> T make(Deadline deadline, Function<AwsRequestOverrideConfiguration, T> call) {
    try {
      return call.apply(deadline.limitOf(name));
    } catch (SdkException e) {
      throw AwsCallException.of(name, e);
    }
  }

  /**
   * Refuses an answer that breaks AWS's own contract. For example, a proxy's page reads as an
   * answer without members.
   *
   * @param what what is wrong with the answer, as a sentence
   * @throws AwsCallException unless the answer is valid
   */
  public void require(boolean isValid, String what) {
    if (!isValid) {
      throw AwsCallException.unexpectedAnswer(name, what);
    }
  }

  /**
   * Where the next page of a listing by token starts; empty after the last.
   *
   * @param next as the answer says; empty if it says nothing
   * @param previous where this page started; empty for the first
   * @throws AwsCallException if the answer leads back to the same page, so that the listing would
   *     never end
   */
  public Optional<String> nextToken(Optional<String> next, Optional<String> previous) {
    require(next.isEmpty() || !next.equals(previous), "The answer leads back to the same page.");
    return next.filter(token -> !token.isEmpty());
  }
}
