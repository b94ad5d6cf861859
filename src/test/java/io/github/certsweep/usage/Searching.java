package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.CLOCK;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Runs one source as the search would. */
final class Searching {
  static final String IAM = "arn:aws:iam::123456789012:server-certificate/";
  static final String ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/3b1b";

  private Searching() {}

  /** With a minute of time, in which nothing is waited for. */
  static List<CertificateReference> search(UsageSource<?> source) {
    return search(source, 60_000, duration -> {});
  }

  static List<CertificateReference> search(UsageSource<?> source, long milliseconds, Pause pause) {
    List<CertificateReference> found = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Bulkhead bulkhead = new Bulkhead(threads, Bulkhead.permitsOfAll());
      search(source, bulkhead, Deadline.in(milliseconds, CLOCK), pause, found);
    }
    return found;
  }

  private static <C extends SdkAutoCloseable> void search(
      UsageSource<C> source,
      Bulkhead bulkhead,
      Deadline deadline,
      Pause pause,
      List<CertificateReference> found) {
    try (C client = source.client(Region.EU_WEST_1)) {
      new PlaceSearch(bulkhead, deadline, pause)
          .run(
              new ListedResource(
                  source.service(),
                  () -> source.list(client, Region.EU_WEST_1, deadline, found::add)));
    }
  }
}
