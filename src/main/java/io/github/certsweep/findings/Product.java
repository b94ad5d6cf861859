package io.github.certsweep.findings;

import io.github.certsweep.aws.Clients;
import software.amazon.awssdk.regions.PartitionMetadata;

/**
 * The product {@code default}, under which an account imports findings of its own in one region.
 *
 * @param partition {@code aws}, {@code aws-cn}, {@code aws-us-gov}, ...
 */
record Product(String partition, String region, String accountId) {
  static Product of(Clients clients, String accountId) {
    return new Product(
        PartitionMetadata.of(clients.region()).id(), clients.region().id(), accountId);
  }

  String arn() {
    return "arn:"
        + partition
        + ":securityhub:"
        + region
        + ":"
        + accountId
        + ":product/"
        + accountId
        + "/default";
  }
}
