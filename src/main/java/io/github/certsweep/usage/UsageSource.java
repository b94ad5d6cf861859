package io.github.certsweep.usage;

import io.github.certsweep.aws.Deadline;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * A service whose resources can use IAM server certificates. It says what to ask. {@link
 * PlaceSearch} makes the calls in parallel, and looks again for what AWS calls "not found".
 * Thread-safe.
 *
 * @param <C> the SDK's client
 */
interface UsageSource<C extends SdkAutoCloseable> {
  /** The SDK's name of the service, for example {@code "elasticloadbalancingv2"}. */
  String service();

  /**
   * Whether there is one such service for the whole partition, searched once, not one in each
   * region.
   */
  default boolean isGlobal() {
    return false;
  }

  /**
   * Whether the service is known to exist in this region, or a global one in this region's
   * partition. Override it if not every region has the service. Only the SDK's metadata knows, and
   * it ages, so the search asks regions that it does not list too.
   *
   * @return false if an unknown host may mean that the region does not have the service; true if it
   *     means that the place is unchecked
   */
  default boolean isKnownIn(Region region) {
    return true;
  }

  /**
   * Whether the SDK's endpoint for this region belongs to another partition, so that its answer
   * would say nothing about this account.
   */
  default boolean isForeignIn(Region region) {
    return false;
  }

  /** A client for one region. */
  C client(Region region);

  /**
   * Lists what can use certificates in one region, from the top.
   *
   * @param found takes each reference to an IAM server certificate as soon as it is read, so that a
   *     later failure loses none
   * @return the resources that need calls of their own
   * @throws io.github.certsweep.aws.AwsCallException if a call fails for good, time is up, or an
   *     answer can't be relied on
   */
  List<ListedResource> list(
      C client, Region region, Deadline deadline, Consumer<CertificateReference> found);
}
