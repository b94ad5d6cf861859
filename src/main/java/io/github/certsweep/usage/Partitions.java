package io.github.certsweep.usage;

import java.util.List;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceMetadata;

/**
 * What the SDK knows about partitions: {@code aws}, {@code aws-cn}, {@code aws-us-gov} and the
 * isolated ones.
 */
final class Partitions {
  private Partitions() {}

  /** Whether a service that is global in its partition exists in the partition of this region. */
  static boolean offer(ServiceMetadata service, Region region) {
    String partition = partition(region);
    return service.servicePartitions().stream()
        .anyMatch(offered -> offered.partition().id().equals(partition));
  }

  /** All regions of this region's partition, whether the account has enabled them or not. */
  static List<Region> regionsOfPartition(Region region) {
    String partition = partition(region);
    return Region.regions().stream()
        .filter(candidate -> !candidate.isGlobalRegion() && candidate.metadata() != null)
        .filter(candidate -> partition(candidate).equals(partition))
        .toList();
  }

  private static String partition(Region region) {
    return PartitionMetadata.of(region).id();
  }
}
