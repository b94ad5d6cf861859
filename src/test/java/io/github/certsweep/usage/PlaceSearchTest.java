package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.iamError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.fake.World;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkException;

/** A service that contradicts itself: "not found" for what exists, listings that lag. */
class PlaceSearchTest {
  private static final int FOR_EVER = Integer.MAX_VALUE;

  private final Account account = new Account();
  private Instant now = World.NOW;
  private final List<Duration> pauses = new ArrayList<>();

  /** What happens during the n-th pause, counted from 1. */
  private final Map<Integer, Runnable> meanwhile = new HashMap<>();

  @Test
  void whereNothingVanishesEverythingIsAskedOnce() {
    account.with("b1/l1").with("b1/l2").with("b2/l3");
    search();
    assertThat(account.asked).containsOnly("top", "b1", "b2", "b1/l1", "b1/l2", "b2/l3");
    assertThat(account.asked).hasSize(6);
    assertThat(pauses).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aListenerThatIsNotFoundOnceOrTwiceIsAskedAgain(int times) {
    account.with("b1/l1").with("b2/l2").notFound("b1/l1", times);
    search();
    assertThat(account.answered).contains("b1/l1");
    assertThat(Collections.frequency(account.asked, "b1/l1")).isEqualTo(times + 1);
    // Only the load balancer that lost it is asked for its listeners again.
    assertThat(Collections.frequency(account.asked, "b1")).isEqualTo(times + 1);
    assertThat(Collections.frequency(account.asked, "b2")).isEqualTo(1);
    assertThat(Collections.frequency(account.asked, "b2/l2")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"b1", "b1/l1"})
  void whatIsListedAndNeverFoundIsUncheckedWithTheCodeOfAws(String resource) {
    account.with("b1/l1").notFound(resource, FOR_EVER);
    assertThatThrownBy(this::search)
        .isInstanceOfSatisfying(
            AwsCallException.class, e -> assertThat(e.code()).isEqualTo("ThingNotFound"))
        .hasMessageContaining("It was listed, so it may still exist.");
  }

  @Test
  void aLoadBalancerThatIsNotFoundOnceIsSearchedWithItsListeners() {
    account.with("b1/l1").notFound("b1", 1);
    search();
    assertThat(account.answered).contains("b1", "b1/l1");
  }

  @Test
  void newListingsFollowAfterTenAndThenTwentySeconds() {
    account.with("b1/l1").deleted("b1/l1");
    search();
    assertThat(pauses).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(20));
  }

  @Test
  void whatTheFirstFreshListingResolvesCostsNoSecond() {
    account.with("b1/l1").notFound("b1/l1", 1);
    search();
    assertThat(pauses).containsExactly(Duration.ofSeconds(10));
  }

  @Test
  void whatIsMissingFromTwoFreshListingsIsGone() {
    account.with("b1/l1").with("b2/l2");
    account.deleted("b1/l1");
    search();
    assertThat(account.answered).contains("b2/l2");
    assertThat(Collections.frequency(account.asked, "top")).isEqualTo(3);
  }

  @Test
  void fiftyLoadBalancersThatAreReallyDeletedCostOneRoundTogether() {
    for (int number = 0; number < 50; number++) {
      account.with("b" + number + "/l").deleted("b" + number);
    }
    account.with("staying/l");
    search();
    assertThat(Collections.frequency(account.asked, "top")).isEqualTo(3);
    assertThat(account.asked).hasSize(3 + 50 + 2);
    assertThat(pauses).hasSize(2);
  }

  @Test
  void whatOnlyTheFirstFreshListingLacksIsSearched() {
    account.with("b1/l1").notFound("b1", 1).missingFromListings("b1", 2);
    search();
    assertThat(account.answered).contains("b1", "b1/l1");
  }

  @Test
  void whatOnlyTheSecondFreshListingLacksIsUnchecked() {
    account.with("b1/l1").notFound("b1", FOR_EVER).missingFromListings("b1", 3);
    assertThatThrownBy(this::search).hasMessageContaining("ThingNotFound");
  }

  @Test
  void aListingThatCouldNotAskALoadBalancerDoesNotLackItsListeners() {
    account.with("b1/l1").notFound("b1/l1", FOR_EVER);
    meanwhile.put(1, () -> account.notFound("b1", 1));
    meanwhile.put(2, () -> account.deleted("b1/l1"));
    assertThatThrownBy(this::search).hasMessageContaining("ThingNotFound");
  }

  @Test
  void whatBothFreshListingsLackIsGoneThoughItWasListed() {
    account.with("b1/l1").notFound("b1", FOR_EVER).missingFromListings("b1", 2, 3);
    search();
    assertThat(account.answered).doesNotContain("b1");
  }

  @Test
  void aListenerThatWasMadeAgainIsSearched() {
    account.with("b1/l1").deleted("b1/l1");
    meanwhile.put(1, () -> account.with("b1/l2"));
    search();
    assertThat(account.answered).contains("b1/l2");
  }

  @Test
  void aLoadBalancerThatWasMadeAgainIsSearched() {
    account.with("b1/l1").deleted("b1");
    meanwhile.put(2, () -> account.with("b2/l1"));
    search();
    assertThat(account.answered).contains("b2", "b2/l1");
  }

  @Test
  void whatIsFirstSeenAndNotFoundInTheLastListingIsUnchecked() {
    account.with("b1/l1").deleted("b1/l1");
    meanwhile.put(2, () -> account.with("b1/l2").notFound("b1/l2", FOR_EVER));
    assertThatThrownBy(this::search).hasMessageContaining("b1/l2");
  }

  @Test
  void aLoadBalancerThatIsNotFoundWhenItIsAskedForALostListenerIsUnchecked() {
    account.with("b1/l1").notFound("b1/l1", FOR_EVER);
    meanwhile.put(1, () -> account.notFound("b1", FOR_EVER));
    assertThatThrownBy(this::search).hasMessageContaining("b1 ");
  }

  @ParameterizedTest
  @ValueSource(longs = {9_000, 25_000})
  void withoutTimeForBothListingsItIsUnchecked(long milliseconds) {
    account.with("b1/l1").deleted("b1/l1");
    assertThatThrownBy(() -> search(deadline(milliseconds))).hasMessageContaining("ThingNotFound");
  }

  @Test
  void aListingAtTheTopThatIsNotFoundIsAFailure() {
    account.notFound("top", 1);
    assertThatThrownBy(this::search).hasMessageContaining("ThingNotFound");
    assertThat(pauses).isEmpty();
  }

  @Test
  void aFreshListingThatFailsIsAFailure() {
    account.with("b1/l1").deleted("b1/l1");
    meanwhile.put(2, () -> account.denied = true);
    assertThatThrownBy(this::search).hasMessageContaining("AccessDenied");
  }

  @Test
  void anInterruptionLeavesItUnchecked() {
    account.with("b1/l1").deleted("b1/l1");
    meanwhile.put(1, () -> Thread.currentThread().interrupt());
    assertThatThrownBy(this::search).isInstanceOf(RuntimeException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  private void search() {
    search(deadline(60_000));
  }

  private void search(Deadline deadline) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      new PlaceSearch(new Bulkhead(threads, new Semaphore(100)), deadline, this::pause)
          .run(new ListedResource("top", () -> account.ask("top")));
    }
  }

  /** By a clock that only pauses advance. */
  private Deadline deadline(long milliseconds) {
    InstantSource clock = () -> now;
    return Deadline.in(milliseconds, clock.withZone(ZoneOffset.UTC));
  }

  private void pause(Duration duration) throws InterruptedException {
    pauses.add(duration);
    now = now.plus(duration);
    meanwhile.getOrDefault(pauses.size(), () -> {}).run();
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedException();
    }
  }

  /** Load balancers {@code b} with listeners {@code b/l}; thread-safe. */
  private static final class Account {
    final List<String> asked = new ArrayList<>();
    final List<String> answered = new ArrayList<>();
    boolean denied;
    private final Map<String, List<String>> children = new TreeMap<>();
    private final Map<String, Integer> notFound = new HashMap<>();
    private final List<String> deleted = new ArrayList<>();
    private final Map<String, List<Integer>> missing = new HashMap<>();

    Account() {
      children.put("top", new ArrayList<>());
    }

    synchronized Account with(String listener) {
      String balancer = listener.split("/", -1)[0];
      if (!children.get("top").contains(balancer)) {
        children.get("top").add(balancer);
      }
      children.computeIfAbsent(balancer, one -> new ArrayList<>()).add(listener);
      children.put(listener, List.of());
      return this;
    }

    /** From the first time on that it was listed. */
    synchronized Account deleted(String resource) {
      deleted.add(resource);
      return this;
    }

    synchronized Account notFound(String resource, int times) {
      notFound.put(resource, times);
      return this;
    }

    /** The listings, counted from 1, that lack a load balancer. */
    synchronized Account missingFromListings(String balancer, Integer... listings) {
      missing.put(balancer, List.of(listings));
      return this;
    }

    synchronized List<ListedResource> ask(String resource) {
      asked.add(resource);
      if (denied) {
        throw failure("fake:List", 403, "AccessDenied", "No");
      }
      int left = notFound.getOrDefault(resource, 0);
      if (left > 0 || (deleted.contains(resource) && !resource.equals("top"))) {
        notFound.put(resource, left - 1);
        throw failure("fake:Describe", 400, "ThingNotFound", resource + " is not there");
      }
      answered.add(resource);
      int time = Collections.frequency(asked, resource);
      return children.get(resource).stream()
          .filter(child -> time == 1 || !deleted.contains(child))
          .filter(child -> !missing.getOrDefault(child, List.of()).contains(time))
          .map(child -> new ListedResource(child, () -> ask(child)))
          .toList();
    }

    private static AwsCallException failure(String call, int status, String code, String message) {
      return AwsCallException.of(call, (SdkException) iamError(status, code, message));
    }
  }
}
