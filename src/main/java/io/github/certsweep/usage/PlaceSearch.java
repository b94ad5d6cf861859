package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The search of one place, a service in a region. It calls the listing at the top, then asks each
 * listed resource, in parallel.
 *
 * <p>A listed resource that is then "not found" may still exist. Elastic Load Balancing, for
 * example, answers so for seconds to minutes (kubernetes-sigs/aws-load-balancer-controller issue
 * 1433 and pull request 1472). It counts as gone only if two new listings, some time apart, lack
 * it. All resources that were not found share these two listings.
 */
final class PlaceSearch {
  /** From the answer "not found" to the first new listing. */
  private static final Duration BEFORE_FIRST_LISTING = Duration.ofSeconds(10);

  /** From the first new listing to the second. */
  private static final Duration BETWEEN_LISTINGS = Duration.ofSeconds(20);

  private static final int LISTINGS = 2;

  private final Bulkhead bulkhead;
  private final Deadline deadline;
  private final Pause pause;

  /** The ids of all resources asked so far. */
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  /** The resources whose last answer was "not found", by id. */
  private final Map<String, NotFound> notFound = new ConcurrentHashMap<>();

  /** The ids that the newest listing showed. */
  private final Set<String> listed = ConcurrentHashMap.newKeySet();

  /** The ids of the parents of what was not found, as of the start of the newest listing. */
  private final Set<String> above = new HashSet<>();

  PlaceSearch(Bulkhead bulkhead, Deadline deadline, Pause pause) {
    this.bulkhead = bulkhead;
    this.deadline = deadline;
    this.pause = pause;
  }

  /** A resource, and where it was listed. */
  private record Node(ListedResource resource, Optional<Node> parent) {
    String id() {
      return resource.id();
    }
  }

  /**
   * A resource that was not found.
   *
   * @param missing how many new listings lacked it
   */
  private record NotFound(Node node, AwsCallException failure, int missing) {
    NotFound missingOnceMore() {
      return new NotFound(node, failure, missing + 1);
    }
  }

  /**
   * Searches until everything has answered or is known to be gone.
   *
   * @param top makes the listing at the top
   * @throws AwsCallException the first failure, once everything else is done
   */
  void run(ListedResource top) {
    Node root = new Node(top, Optional.empty());
    bulkhead.begin(() -> ask(root));
    bulkhead.await();
    lookAgain(root);
    notFound.values().stream()
        .filter(one -> one.missing() < LISTINGS)
        .min(Comparator.comparing(one -> one.node().id()))
        .ifPresent(one -> {
          throw one.failure()
              .adding("It was listed, so it may still exist. Start again in a few minutes.");
        });
  }

  private void ask(Node node) {
    List<ListedResource> children;
    try {
      children = node.resource().ask().get();
    } catch (AwsCallException e) {
      if (node.parent().isEmpty() || !e.isNotFound()) {
        throw e;
      }
      notFound.merge(
          node.id(),
          new NotFound(node, e, 0),
          (before, now) -> new NotFound(node, e, before.missing()));
      return;
    }
    notFound.remove(node.id());
    for (ListedResource child : children) {
      listed.add(child.id());
      boolean isNew = asked.add(child.id());
      if (isNew || notFound.containsKey(child.id()) || above.contains(child.id())) {
        bulkhead.begin(() -> ask(new Node(child, Optional.of(node))));
      }
    }
  }

  /** Makes the new listings, if something was not found and there is time. */
  private void lookAgain(Node root) {
    Duration wait = BEFORE_FIRST_LISTING;
    for (int listing = 0; listing < LISTINGS && !notFound.isEmpty(); listing++) {
      if (!pause.within(deadline, wait)) {
        return;
      }
      above.clear();
      for (NotFound one : notFound.values()) {
        for (Optional<Node> up = one.node().parent(); up.isPresent(); up = up.get().parent()) {
          above.add(up.get().id());
        }
      }
      listed.clear();
      bulkhead.begin(() -> ask(root));
      bulkhead.await();
      notFound.replaceAll((id, one) -> mayBeListed(one.node()) ? one : one.missingOnceMore());
      wait = BETWEEN_LISTINGS;
    }
  }

  /** Whether the newest listing shows it, or something above it that could not be asked for it. */
  private boolean mayBeListed(Node node) {
    for (Optional<Node> up = node.parent(); up.isPresent(); up = up.get().parent()) {
      if (listed.contains(up.get().id()) && notFound.containsKey(up.get().id())) {
        return true;
      }
    }
    return listed.contains(node.id());
  }
}
