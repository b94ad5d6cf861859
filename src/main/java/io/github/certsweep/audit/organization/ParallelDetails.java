package io.github.certsweep.audit.organization;

import io.github.certsweep.audit.organization.AggregatedRow.Place;
import io.github.certsweep.audit.organization.report.Details;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.usage.Bulkhead;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Reads the single results of many accounts, several at once. What AWS throttles, it reads again
 * one after the other: many calls at once that wait for each other would run out of time.
 */
final class ParallelDetails {
  private final AggregatedResults hasty;
  private final AggregatedResults patient;
  private final Consumer<String> progress;
  private final Map<AggregatedRow, Details> details = new ConcurrentHashMap<>();
  private final Set<AggregatedRow> throttled = ConcurrentHashMap.newKeySet();

  /**
   * Starts with nothing read.
   *
   * @param hasty fails if AWS throttles a call
   * @param patient waits then
   */
  ParallelDetails(AggregatedResults hasty, AggregatedResults patient, Consumer<String> progress) {
    this.hasty = hasty;
    this.patient = patient;
    this.progress = progress;
  }

  /**
   * Reads all of them. An account that can't be read does not affect the others.
   *
   * @throws CancellationException if the thread was interrupted
   */
  Map<AggregatedRow, Details> read(Collection<AggregatedRow> rows) {
    readAtOnce(rows);
    List<AggregatedRow> again = List.copyOf(throttled);
    for (int i = 0; i < again.size(); i++) {
      read(again.get(i), patient);
      show("Throttled details", i + 1, again.size());
    }
    return details;
  }

  private void readAtOnce(Collection<AggregatedRow> rows) {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Bulkhead bulkhead = new Bulkhead(threads, Bulkhead.permitsOfAll());
      for (AggregatedRow row : rows) {
        bulkhead.begin(() -> {
          read(row, hasty);
          show("Details", details.size(), rows.size());
        });
      }
      bulkhead.await();
    } catch (IllegalStateException e) {
      Pages.stopIfInterrupted();
      throw e;
    } finally {
      // Nothing runs any more, unless it was interrupted.
      threads.shutdownNow();
    }
  }

  private void read(AggregatedRow row, AggregatedResults results) {
    try {
      details.put(row, Details.read(results.details(row)));
    } catch (AwsCallException e) {
      Place place = row.place();
      String what = "The results of " + place.account() + " in " + place.region();
      details.put(row, Details.unreadable(what, e));
      if (Pages.isThrottled(e)) {
        throttled.add(row);
      }
    }
  }

  private synchronized void show(String what, int done, int all) {
    progress.accept(
        String.format(Locale.ROOT, "%s of %,d of %,d accounts and regions", what, done, all));
  }
}
