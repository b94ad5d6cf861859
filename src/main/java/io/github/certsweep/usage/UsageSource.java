package io.github.certsweep.usage;

import io.github.certsweep.aws.Deadline;
import java.util.function.Consumer;
import software.amazon.awssdk.regions.Region;

/** A service whose resources can use IAM server certificates. Thread-safe. */
public interface UsageSource {
  /** The SDK's name of the service, for example {@code "elasticloadbalancingv2"}. */
  String service();

  /**
   * Whether the service is one for the whole partition, searched once, instead of one in each
   * region.
   */
  boolean isGlobal();

  /**
   * Whether the service is known to exist in this region; a global one: in this region's partition.
   * A service that every region has is known everywhere. Of the others the SDK knows, and what it
   * knows ages, so one it doesn't know is looked for all the same, unless it can only be another
   * partition's.
   *
   * @return false if a host that is not found means that the region does not have the service; else
   *     it means that nothing is known
   */
  boolean isKnownIn(Region region);

  /**
   * Whether the SDK's endpoint for this region is another partition's, so that calling it would
   * tell nothing.
   */
  default boolean isForeignIn(Region region) {
    return false;
  }

  /**
   * Hands over every reference to an IAM server certificate, those found before a failure included.
   *
   * @throws io.github.certsweep.aws.AwsCallException if any call fails for good, time is up, or an
   *     answer can't be relied on
   */
  void search(Region region, Bulkhead bulkhead, Deadline deadline, Consumer<Reference> found);
}
