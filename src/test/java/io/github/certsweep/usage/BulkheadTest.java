package io.github.certsweep.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneTest {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Lane lane = new Lane(threads, new Semaphore(1000));

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void sixteenCallsAreMadeSideBySideAndNoMore() {
    assertThat(mostAtOnce(64, 16, item -> lane)).isEqualTo(16);
  }

  @Test
  void allLanesTogetherMakeNoMoreThanTheyShare() {
    Semaphore shared = new Semaphore(3);
    List<Lane> lanes = List.of(new Lane(threads, shared), new Lane(threads, shared));
    assertThat(mostAtOnce(24, 3, item -> lanes.get(item % 2))).isEqualTo(3);
    assertThat(shared.availablePermits()).isEqualTo(3);
  }

  @Test
  void whatTheyShareGrowsWithTheFunctionsMemory() {
    long megabytes = Runtime.getRuntime().maxMemory() >> 20;
    assertThat(Lane.permitsOfAll().availablePermits()).isEqualTo((int) (megabytes / 12));
  }

  @Test
  void aFailureKeepsNobodyElseBack() {
    ConcurrentLinkedQueue<Integer> done = new ConcurrentLinkedQueue<>();
    assertThatThrownBy(() ->
            lane.forEach(
                List.of(1, 2, 3),
                item -> {
                  if (item == 1) {
                    throw new IllegalStateException("first");
                  }
                  done.add(item);
                }))
        .hasMessage("first");
    assertThat(done).containsExactlyInAnyOrder(2, 3);
  }

  @Test
  void aFailedCallGivesItsPlaceBack() {
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() ->
              lane.call(() -> {
                throw new IllegalStateException("no");
              }))
          .hasMessage("no");
    }
    assertThat(lane.call(() -> "still works")).isEqualTo("still works");
  }

  @Test
  void anInterruptionEndsTheWaiting() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> lane.call(() -> "no")).hasMessageContaining("ended before this call");
    assertThat(Thread.interrupted()).isTrue();
    Thread.currentThread().interrupt();
    CyclicBarrier never = new CyclicBarrier(2);
    assertThatThrownBy(() -> lane.forEach(List.of(1), item -> await(never)))
        .hasMessageContaining("ended before this call");
    assertThat(Thread.interrupted()).isTrue();
  }

  /**
   * Makes calls in the lanes of their items; answers how many were in flight together. Each waits
   * until {@code expected} are, so that this ends only if so many come together.
   */
  private int mostAtOnce(int calls, int expected, IntFunction<Lane> laneOf) {
    CyclicBarrier together = new CyclicBarrier(expected);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    lane.forEach(
        IntStream.range(0, calls).boxed().toList(),
        item ->
            laneOf
                .apply(item)
                .call(() -> {
                  most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                  await(together);
                  return inFlight.decrementAndGet();
                }));
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
