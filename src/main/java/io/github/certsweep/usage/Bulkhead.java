package io.github.certsweep.usage;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Calls made side by side to one service in one region, a bounded number at a time: an account's
 * calls are throttled by service and region. Thread-safe.
 */
public final class Bulkhead {
  /**
   * Elastic Load Balancing throttles reads at 40 at once and then 10 a second, see "API throttling"
   * in its user guide. With 16 in flight a region of a dozen load balancers stays below that; in a
   * larger one the SDK's adaptive retries pace the calls.
   */
  private static final int CALLS_AT_ONCE = 16;

  /** The share of a processor that Lambda gives goes by the memory, and this is to go by both. */
  private static final int BYTES_FOR_A_CALL = 9 << 20;

  private final Semaphore permits = new Semaphore(CALLS_AT_ONCE);
  private final Queue<Future<?>> begun = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads;
  private final Semaphore permitsOfAll;

  /**
   * @param permitsOfAll shared by all bulkheads: how many calls they make at once together
   */
  public Bulkhead(ExecutorService threads, Semaphore permitsOfAll) {
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
   * Makes a call as soon as there is room for it. It may begin further ones with what it learns,
   * but not wait for them: nothing of it is kept while they wait for their turn.
   */
  public void begin(Runnable call) {
    begun.add(threads.submit(() -> make(call)));
  }

  private void make(Runnable call) {
    try {
      permits.acquire();
      try {
        permitsOfAll.acquire();
        try {
          call.run();
        } finally {
          permitsOfAll.release();
        }
      } finally {
        permits.release();
      }
    } catch (InterruptedException e) {
      throw ended(e);
    }
  }

  /** Ends when all that was begun has ended; throws the first failure if there was one. */
  public void await() {
    Optional<RuntimeException> failure = Optional.empty();
    // What a call begins is in the queue before the call has ended.
    for (Future<?> call = begun.poll(); call != null; call = begun.poll()) {
      try {
        call.get();
      } catch (InterruptedException e) {
        throw ended(e);
      } catch (ExecutionException e) {
        RuntimeException cause =
            e.getCause() instanceof RuntimeException known
                ? known
                : new IllegalStateException(e.getCause());
        failure = failure.or(() -> Optional.of(cause));
      }
    }
    failure.ifPresent(first -> {
      throw first;
    });
  }

  private static IllegalStateException ended(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("The search was ended before this call.", e);
  }
}
