package io.github.certsweep.usage;

import io.github.certsweep.aws.Deadline;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * A service whose resources can use IAM server certificates. It says what to ask; {@link
 * PlaceSearch} asks, side by side, and looks again for what AWS then calls "not found".
 * Thread-safe.
 *
 * @param <C> the SDK's client
 */
interface UsageSource<C extends SdkAutoCloseable> {
  /** The SDK's name of the service, for example {@code "elasticloadbalancingv2"}. */
  String service();

  /**
   * Whether the service is one for the whole partition, searched once, instead of one in each
   * region.
   */
  default boolean isGlobal() {
    return false;
  }

  /**
   * Whether the service is known to exist in this region; a global one: in this region's partition.
   * Of a service that not every region has, only the SDK's metadata knows, and that ages: so one
   * that it doesn't know is looked for all the same, unless it can only be another partition's.
   *
   * @return false if a host that is not found may mean that the region does not have the service;
   *     else it means that nothing is known
   */
  default boolean isKnownIn(Region region) {
    return true;
  }

  /**
   * Whether the SDK's endpoint for this region is another partition's, so that calling it would
   * tell nothing.
   */
  default boolean isForeignIn(Region region) {
    return false;
  }

  /** A client for one region. */
  C client(Region region);

  /**
   * Lists what can use certificates in one region, from the top.
   *
   * @param found takes every reference to an IAM server certificate, those found before a failure
   *     included
   * @return the resources that have to be asked themselves
   * @throws io.github.certsweep.aws.AwsCallException if any call fails for good, time is up, or an
   *     answer can't be relied on
   */
  List<ListedResource> list(
      C client, Region region, Deadline deadline, Consumer<CertificateReference> found);
}
