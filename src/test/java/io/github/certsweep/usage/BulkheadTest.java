package io.github.certsweep.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BulkheadTest {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Bulkhead bulkhead = new Bulkhead(threads, new Semaphore(1000));

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void sixteenCallsAreMadeSideBySideAndNoMore() {
    assertThat(mostAtOnce(64, 16, bulkhead)).isEqualTo(16);
  }

  @Test
  void allBulkheadsTogetherMakeNoMoreThanTheyShare() {
    Semaphore shared = new Semaphore(3);
    assertThat(mostAtOnce(12, 3, new Bulkhead(threads, shared), new Bulkhead(threads, shared)))
        .isEqualTo(3);
    assertThat(shared.availablePermits()).isEqualTo(3);
  }

  @Test
  void whatTheyShareGrowsWithTheFunctionsMemory() {
    long megabytes = Runtime.getRuntime().maxMemory() >> 20;
    assertThat(Bulkhead.permitsOfAll().availablePermits()).isEqualTo((int) (megabytes / 9));
  }

  @Test
  void whatACallBeginsIsWaitedForToo() {
    Queue<String> done = new ConcurrentLinkedQueue<>();
    bulkhead.begin(() -> {
      for (int child = 0; child < 40; child++) {
        bulkhead.begin(() -> bulkhead.begin(() -> done.add("grandchild")));
      }
    });
    bulkhead.await();
    assertThat(done).hasSize(40);
  }

  @Test
  void aFailureKeepsNobodyElseBackAndIsThrownInTheEnd() {
    Queue<Integer> done = new ConcurrentLinkedQueue<>();
    bulkhead.begin(() -> {
      throw new IllegalStateException("first");
    });
    for (int item = 0; item < 40; item++) {
      int number = item;
      bulkhead.begin(() -> done.add(number));
    }
    bulkhead.begin(() -> {
      throw new IllegalArgumentException("last");
    });
    assertThatThrownBy(bulkhead::await).hasMessage("first");
    assertThat(done).hasSize(40);
  }

  @Test
  void aFailedCallGivesItsPlaceBack() {
    for (int i = 0; i < 20; i++) {
      bulkhead.begin(() -> {
        throw new IllegalStateException("no");
      });
    }
    assertThatThrownBy(bulkhead::await).hasMessage("no");
    assertThat(mostAtOnce(16, 16, bulkhead)).isEqualTo(16);
  }

  @Test
  void anErrorOfTheMachineIsAFailureToo() {
    bulkhead.begin(() -> {
      throw new StackOverflowError("deep");
    });
    assertThatThrownBy(bulkhead::await)
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseInstanceOf(StackOverflowError.class);
  }

  @Test
  void anInterruptionEndsTheWaiting() {
    CyclicBarrier never = new CyclicBarrier(2);
    bulkhead.begin(() -> await(never));
    Thread.currentThread().interrupt();
    assertThatThrownBy(bulkhead::await).hasMessageContaining("ended before this call");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void whatStillWaitsForItsTurnIsNotMadeAfterAnInterruption() throws InterruptedException {
    AtomicInteger made = new AtomicInteger();
    Bulkhead closed = new Bulkhead(threads, new Semaphore(0));
    closed.begin(made::incrementAndGet);
    threads.shutdownNow();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(closed::await).hasMessageContaining("ended before this call");
    assertThat(made).hasValue(0);
  }

  /**
   * Makes calls in each of these; answers how many were in flight together. Each waits until {@code
   * expected} are, so that this ends only if so many come together.
   */
  private static int mostAtOnce(int callsOfEach, int expected, Bulkhead... bulkheads) {
    CyclicBarrier together = new CyclicBarrier(expected);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    for (Bulkhead each : bulkheads) {
      for (int call = 0; call < callsOfEach; call++) {
        each.begin(() -> {
          most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
          await(together);
          inFlight.decrementAndGet();
        });
      }
    }
    for (Bulkhead each : bulkheads) {
      each.await();
    }
    return most.get();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
