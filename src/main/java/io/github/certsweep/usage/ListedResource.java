package io.github.certsweep.usage;

import java.util.List;
import java.util.function.Supplier;

/**
 * A resource that a listing showed and that has to be asked itself, such as a load balancer for its
 * listeners.
 *
 * @param id what tells it from every other one of its service and region, such as its ARN
 * @param ask hands over the references that the resource holds, and answers the resources that it
 *     lists; throws {@link io.github.certsweep.aws.AwsCallException} if a call fails for good
 */
record ListedResource(String id, Supplier<List<ListedResource>> ask) {}
