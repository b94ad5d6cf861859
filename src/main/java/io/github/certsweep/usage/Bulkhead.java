package io.github.certsweep.usage;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Calls made side by side to one service in one region, a bounded number at a time: an account's
 * calls are throttled by service and region. Thread-safe.
 */
public final class Lane {
  /**
   * Elastic Load Balancing throttles reads at 40 at once and then 10 a second, see "API throttling"
   * in its user guide. With 16 in flight a region of a dozen load balancers stays below that; in a
   * larger one the SDK's adaptive retries pace the calls.
   */
  private static final int CALLS_AT_ONCE = 16;

  /** The share of a processor that Lambda gives goes by the memory, and this is to go by both. */
  private static final int BYTES_FOR_A_CALL = 12 << 20;

  private final Semaphore permits = new Semaphore(CALLS_AT_ONCE);
  private final Semaphore permitsOfAll;
  private final ExecutorService threads;

  /**
   * @param permitsOfAll shared by all lanes: how many calls they make at once together
   */
  public Lane(ExecutorService threads, Semaphore permitsOfAll) {
    this.threads = threads;
    this.permitsOfAll = permitsOfAll;
  }

  /**
   * As many permits as this function's share of a processor serves well within a call's timeout,
   * even when all of them still have classes to load. More calls would take turns for so long that
   * they time out and are made again: in a function of 256 MB, 54 at once were too many.
   */
  public static Semaphore permitsOfAll() {
    return new Semaphore((int) (Runtime.getRuntime().maxMemory() / BYTES_FOR_A_CALL));
  }

  /**
   * Makes a call as soon as there is room for it. Not to be nested: a call that waits for another
   * may wait for ever.
   */
  public <T> T call(Supplier<T> call) {
    try {
      permits.acquire();
      try {
        permitsOfAll.acquire();
        try {
          return call.get();
        } finally {
          permitsOfAll.release();
        }
      } finally {
        permits.release();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Does this for all items side by side. Ends when all have ended; throws the first failure if
   * there was one.
   */
  public <T> void forEach(Collection<T> items, Consumer<T> action) {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (T item : items) {
      tasks.add(() -> {
        action.accept(item);
        return null;
      });
    }
    try {
      List<Future<Void>> ended = threads.invokeAll(tasks);
      for (Future<Void> task : ended) {
        task.get();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("The search was ended before this call.", e);
  }
}
