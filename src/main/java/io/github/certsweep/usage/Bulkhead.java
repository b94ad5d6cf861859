package io.github.certsweep.usage;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Makes calls to one service in one region in parallel, and limits how many at once: AWS throttles
 * an account's calls by service and region. Thread-safe.
 */
public final class Bulkhead {
  /**
   * Elastic Load Balancing allows a burst of 40 reads and then 10 a second (see "API throttling" in
   * its user guide). With 16 at once a region with a dozen load balancers stays below that. In a
   * larger one the SDK's adaptive retries slow down the calls.
   */
  private static final int CALLS_AT_ONCE = 16;

  /** Lambda gives a function processor time in proportion to its memory, so memory limits calls. */
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
   * As many permits as this function's share of a processor can serve well within a call's timeout,
   * even while classes are being loaded. More calls would wait for each other until they time out
   * and are repeated: in a function of 256 MB, 54 at once were too many.
   */
  public static Semaphore permitsOfAll() {
    return new Semaphore((int) (Runtime.getRuntime().maxMemory() / BYTES_FOR_A_CALL));
  }

  /**
   * Makes a call as soon as the limit allows. It may begin further calls but must not wait for
   * them, so that it takes no memory while they wait.
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

  /** Waits for all calls, then throws the first failure if there was one. */
  public void await() {
    Optional<RuntimeException> failure = Optional.empty();
    // Before a call ends, the calls that it begins are in the queue.
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
