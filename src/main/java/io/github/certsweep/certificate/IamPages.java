package io.github.certsweep.certificate;

import io.github.certsweep.aws.AwsCall;
import java.util.Optional;

/** How IAM's listings go on from page to page. */
public final class IamPages {
  private IamPages() {}

  /**
   * Where the next page starts; empty after the last. Refuses answers that would end the listing
   * early or never: a body that is not IAM's (for example a proxy's page) reads as an empty
   * listing, and what it lacks would count as gone.
   *
   * @param isTruncated whether there is another page; empty if the answer does not say
   * @param marker where it starts
   * @param previous where this page started; empty for the first
   * @throws io.github.certsweep.aws.AwsCallException if the answer breaks IAM's contract
   */
  public static Optional<String> next(
      AwsCall call,
      Optional<Boolean> isTruncated,
      Optional<String> marker,
      Optional<String> previous) {
    call.require(
        isTruncated.isPresent(), "The answer does not say whether the listing is complete.");
    if (!isTruncated.get()) {
      return Optional.empty();
    }
    call.require(
        marker.isPresent() && !marker.equals(previous),
        "IAM announced another page but did not say where it starts.");
    return marker;
  }
}
