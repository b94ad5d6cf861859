package io.github.certsweep.aws;

import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * An operation of AWS, and what every call of it has in common: how long it may take, and what a
 * failure says.
 *
 * @param name in IAM's notation, for example {@code "iam:ListServerCertificates"}
 */
public record AwsCall(String name) {
  /**
   * Makes the call. Reads all pages if the caller's function does.
   *
   * @param call takes what has to be set on the request: how long it may take
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
   * Refuses an answer that AWS's own contract rules out: a proxy's page reads as an answer without
   * members.
   *
   * @param what what was wrong with it, as a sentence
   * @throws AwsCallException unless the answer is as it should be
   */
  public void require(boolean isAsItShouldBe, String what) {
    if (!isAsItShouldBe) {
      throw AwsCallException.unexpectedAnswer(name, what);
    }
  }
}
