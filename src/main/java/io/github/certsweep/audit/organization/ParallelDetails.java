package io.github.certsweep.audit.organization;

import io.github.certsweep.audit.organization.report.Details;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.usage.Bulkhead;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Reads the single results of many accounts, several at once. */
final class ParallelDetails {
  private final AggregatedResults results;
  private final Consumer<String> progress;

  ParallelDetails(AggregatedResults results, Consumer<String> progress) {
    this.results = results;
    this.progress = progress;
  }

  /**
   * Reads all of them. An account that can't be read does not affect the others.
   *
   * @throws CancellationException if the thread was interrupted
   */
  Map<AggregatedRow, Details> read(Collection<AggregatedRow> rows) {
    Map<AggregatedRow, Details> details = new ConcurrentHashMap<>();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Bulkhead bulkhead = new Bulkhead(threads, Bulkhead.permitsOfAll());
      for (AggregatedRow row : rows) {
        bulkhead.begin(() -> {
          details.put(row, read(row));
          show(details.size(), rows.size());
        });
      }
      bulkhead.await();
      return details;
    } catch (IllegalStateException e) {
      Pages.stopIfInterrupted();
      throw e;
    } finally {
      // Nothing runs any more, unless it was interrupted.
      threads.shutdownNow();
    }
  }

  private Details read(AggregatedRow row) {
    try {
      return Details.read(results.details(row));
    } catch (AwsCallException e) {
      return Details.unreadable(e);
    }
  }

  private synchronized void show(int done, int all) {
    progress.accept(
        String.format(Locale.ROOT, "Details of %,d of %,d accounts and regions", done, all));
  }
}
