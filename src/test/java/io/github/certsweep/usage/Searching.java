package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.CLOCK;

import io.github.certsweep.aws.Deadline;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.regions.Region;

/** Runs one source as the search would. */
final class Searching {
  static final String IAM = "arn:aws:iam::123456789012:server-certificate/";
  static final String ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/3b1b";

  private Searching() {}

  static List<Reference> search(UsageSource source) {
    List<Reference> found = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Bulkhead bulkhead = new Bulkhead(threads, Bulkhead.permitsOfAll());
      source.search(Region.EU_WEST_1, bulkhead, Deadline.in(60_000, CLOCK), found::add);
    }
    return found;
  }
}
