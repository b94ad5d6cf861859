package io.github.certsweep.usage;

import java.util.List;
import java.util.function.Supplier;

/**
 * A listed resource that needs calls of its own, such as a load balancer for its listeners.
 *
 * @param id unique among the resources of its service and region, such as its ARN
 * @param ask hands over the resource's references and returns the resources that it lists; throws
 *     {@link io.github.certsweep.aws.AwsCallException} if a call fails for good
 */
record ListedResource(String id, Supplier<List<ListedResource>> ask) {}
