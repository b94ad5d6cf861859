package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.iamError;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.ServerCertificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.account.AccountClient;
import software.amazon.awssdk.services.account.model.ListRegionsRequest;
import software.amazon.awssdk.services.account.model.ListRegionsResponse;
import software.amazon.awssdk.services.elasticloadbalancing.ElasticLoadBalancingClient;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersRequest;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersResponse;
import software.amazon.awssdk.utils.SdkAutoCloseable;

class UsageSearchTest {
  private static final ServerCertificate OLD =
      new ServerCertificate("old", "ASCAOLD", "arn:old", "/", NOW, Optional.of(NOW));
  private static final Region MEXICO = Region.of("mx-central-1");

  @Test
  void everyServiceIsSearchedInEveryRegion() {
    FakeUsage first = FakeUsage.of("arn:old");
    FakeUsage second = FakeUsage.of();
    UsageReport report =
        search(List.of(first, second), Region.EU_WEST_1, Region.US_EAST_1, Region.AP_EAST_1);
    assertThat(first.searches()).isEqualTo(3);
    assertThat(second.searches()).isEqualTo(3);
    assertThat(report.checks()).isEqualTo(6);
    assertThat(report.unchecked()).isEmpty();
    assertThat(report.of(OLD).inUse()).isTrue();
  }

  @Test
  void aFailedCheckIsNamedAndKeepsWhatItFoundBefore() {
    CertificateReference found =
        CertificateReference.byArn(
            "arn:old", new CertificateUser("elb", "eu-west-1", "arn", "default", "ELB"));
    UsageReport report =
        search(
            List.of(FakeUsage.failing("elb", iamError(403, "AccessDenied", "No way"), found)),
            Region.EU_WEST_1);
    assertThat(report.of(OLD).users()).hasSize(1);
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(unchecked -> {
          assertThat(unchecked.label()).isEqualTo("eu-west-1 elb: AccessDenied");
          assertThat(unchecked.error()).contains("No way");
        });
    assertThat(report.checks()).isEqualTo(1);
  }

  @Test
  void aServiceThatARegionDoesNotHaveIsNeitherUsedNorUnchecked() {
    UsageReport report =
        search(
            List.of(FakeUsage.of(), FakeUsage.failing("appsync", FakeUsage.unknownHost())), MEXICO);
    assertThat(report.unchecked()).isEmpty();
    assertThat(report.checks()).isEqualTo(1);
    assertThat(report.of(OLD).isUnused()).isTrue();
  }

  @Test
  void whereNothingCouldBeLookedAtNothingIsUnused() {
    UsageReport report =
        search(List.of(FakeUsage.failing("appsync", FakeUsage.unknownHost())), MEXICO);
    assertThat(report.checks()).isZero();
    assertThat(report.of(OLD).isUnused()).isFalse();
    assertThat(report.of(OLD).sentence(256)).isEqualTo("Usage unknown: nothing was searched.");
  }

  @Test
  void aHostIsLookedUpAgainWhenTheFirstAnswerIsForgotten() {
    FakeUsage source = FakeUsage.failing("appsync", FakeUsage.unknownHost());
    List<Duration> pauses = new ArrayList<>();
    search(source, region -> true, pauses::add);
    assertThat(pauses).containsExactly(Duration.ofSeconds(11));
    assertThat(source.searches()).isEqualTo(2);
  }

  @Test
  void aResolverThatFailsOnceHidesNothing() {
    FakeUsage source = FakeUsage.of("arn:old").failingOnce(FakeUsage.unknownHost());
    UsageReport report = search(source, region -> true, duration -> {});
    assertThat(report.of(OLD).inUse()).isTrue();
    assertThat(report.unchecked()).isEmpty();
    assertThat(report.checks()).isEqualTo(1);
  }

  @Test
  void aResolverThatFailsForTheWholeRegionLeavesItUnchecked() {
    FakeUsage source = FakeUsage.failing("appsync", FakeUsage.unknownHost());
    UsageReport report = search(source, region -> !region.equals(MEXICO), duration -> {});
    assertThat(report.unchecked())
        .extracting(UncheckedPlace::label)
        .containsExactly("mx-central-1 appsync: NoAnswer");
  }

  @Test
  void withoutTimeForASecondLookUpTheHostIsUnchecked() {
    FakeUsage source = FakeUsage.failing("appsync", FakeUsage.unknownHost());
    UsageReport report =
        searching(source, UsageExceptions.NONE, region -> true, duration -> {})
            .search(List.of(OLD), Deadline.in(12_000, CLOCK));
    assertThat(report.unchecked()).hasSize(1);
    assertThat(source.searches()).isEqualTo(1);
  }

  @Test
  void theFailureOfAnExceptedPlaceIsForgivenAndNamed() {
    FakeUsage source = FakeUsage.failing("appsync", iamError(403, "AccessDenied", "No"));
    UsageReport report = search(source, new UsageExceptions(Set.of("appsync/mx-central-1")));
    assertThat(source.searches()).isEqualTo(1);
    assertThat(report.unchecked()).isEmpty();
    assertThat(report.failedChecks()).isZero();
    assertThat(report.notes()).isEmpty();
    assertThat(report.of(OLD).isUnused()).isTrue();
    assertThat(report.of(OLD).sentence(256))
        .isEqualTo(
            "Not in use. Not checked (allowed by UsageExceptions): mx-central-1 appsync: AccessDenied.");
  }

  @Test
  void whatAnExceptedPlaceShowsBeforeItFailsCounts() {
    CertificateReference found =
        CertificateReference.byArn(
            "arn:old", new CertificateUser("appsync", "mx-central-1", "arn", "domain", "Domain"));
    FakeUsage source = FakeUsage.failing("appsync", iamError(403, "AccessDenied", "No"), found);
    UsageReport report = search(source, new UsageExceptions(Set.of("appsync/mx-central-1")));
    assertThat(report.of(OLD).inUse()).isTrue();
  }

  @Test
  void anExceptedPlaceThatAnswersCountsAndMakesTheExceptionObsolete() {
    UsageReport report =
        search(FakeUsage.of("arn:old"), new UsageExceptions(Set.of("fake/mx-central-1")));
    assertThat(report.of(OLD).inUse()).isTrue();
    assertThat(report.notes())
        .singleElement()
        .asString()
        .startsWith("The exception fake/mx-central-1 is obsolete");
  }

  @Test
  void ifTheRegionsAreNotKnownNoExceptionIsCalledObsolete() {
    AccountClient account =
        new AccountClient() {
          @Override
          public ListRegionsResponse listRegions(ListRegionsRequest request) {
            throw SdkClientException.create("No answer.");
          }

          @Override
          public String serviceName() {
            return "account";
          }

          @Override
          public void close() {}
        };
    UsageReport report =
        new UsageSearch(
                () -> List.of(FakeUsage.of()),
                new UsageRegions(List.of(), Region.EU_WEST_1, () -> account),
                new UsageExceptions(Set.of("appsync/mx-central-1")),
                region -> true,
                duration -> {})
            .search(List.of(OLD), Deadline.in(60_000, CLOCK));
    assertThat(report.unchecked()).extracting(UncheckedPlace::service).containsExactly("account");
    assertThat(report.notes()).isEmpty();
  }

  @Test
  void anExceptionForgivesNoOtherPlace() {
    FakeUsage source = FakeUsage.failing("appsync", iamError(403, "AccessDenied", "No"));
    UsageReport report = search(source, new UsageExceptions(Set.of("appsync/us-gov-west-1")));
    assertThat(report.of(OLD).isUnused()).isFalse();
  }

  @Test
  void anUnknownHostWhereTheServiceShouldBeIsUnchecked() {
    UsageReport report =
        search(List.of(FakeUsage.failing("appsync", FakeUsage.unknownHost())), Region.EU_WEST_1);
    assertThat(report.unchecked())
        .extracting(UncheckedPlace::label)
        .containsExactly("eu-west-1 appsync: NoAnswer");
  }

  @Test
  void aRegionThatDoesNotExistIsUnchecked() {
    ElasticLoadBalancingClient classic =
        new ElasticLoadBalancingClient() {
          @Override
          public DescribeLoadBalancersResponse describeLoadBalancers(
              DescribeLoadBalancersRequest request) {
            throw FakeUsage.unknownHost();
          }

          @Override
          public String serviceName() {
            return "elasticloadbalancing";
          }

          @Override
          public void close() {}
        };
    UsageReport report =
        search(List.of(new ClassicLoadBalancers(region -> classic)), Region.of("eu-wset-1"));
    assertThat(report.unchecked())
        .extracting(UncheckedPlace::label)
        .containsExactly("eu-wset-1 elasticloadbalancing: NoAnswer");
    assertThat(report.unchecked().getFirst().error()).contains("UsageRegions");
    assertThat(report.of(OLD).isUnused()).isFalse();
  }

  @Test
  void anyOtherErrorOfAnUnknownServiceIsUnchecked() {
    UsageReport report =
        search(List.of(FakeUsage.failing("appsync", iamError(403, "AccessDenied", "No"))), MEXICO);
    assertThat(report.unchecked())
        .extracting(UncheckedPlace::label)
        .containsExactly("mx-central-1 appsync: AccessDenied");
  }

  @Test
  void aDefectOfOursIsUncheckedToo() {
    UsageReport report =
        search(
            List.of(FakeUsage.failing("elb", new IllegalStateException("a defect"))),
            Region.EU_WEST_1);
    assertThat(report.unchecked())
        .singleElement()
        .extracting(UncheckedPlace::error)
        .asString()
        .contains("a defect");
  }

  @Test
  void whatIsNotReachedInTimeIsUnchecked() {
    CountDownLatch never = new CountDownLatch(1);
    UsageSource<?> stuck =
        new Stuck() {
          @Override
          void search() {
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    UsageSearch search = FakeUsage.search(List.of(stuck), Region.EU_WEST_1);
    UsageReport report = search.search(List.of(OLD), Deadline.in(2_050, Clock.systemUTC()));
    assertThat(report.unchecked())
        .extracting(UncheckedPlace::label)
        .containsExactly("eu-west-1 stuck: OutOfTime");
  }

  @Test
  void theCallsOfAllSourcesShareOneBound() {
    int bound = Bulkhead.permitsOfAll().availablePermits();
    // Each call waits for as many as are allowed at once: more would be seen, and fewer never end.
    CyclicBarrier together = new CyclicBarrier(bound);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Runnable call =
        () -> {
          most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
          try {
            together.await(10, TimeUnit.SECONDS);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          } finally {
            inFlight.decrementAndGet();
          }
        };
    Region[] regions =
        IntStream.range(0, bound)
            .mapToObj(number -> Region.of("xx-test-" + number))
            .toArray(Region[]::new);
    UsageReport report =
        search(List.of(new Calling(call), new Calling(call), new Calling(call)), regions);
    assertThat(report.unchecked()).isEmpty();
    assertThat(report.checks()).isEqualTo(3 * bound);
    assertThat(most).hasValue(bound);
  }

  @Test
  void anEndpointOfAnotherPartitionIsNotCalled() {
    UsageSource<?> foreign =
        new Stuck() {
          @Override
          public boolean isForeignIn(Region region) {
            return true;
          }

          @Override
          void search() {
            throw new AssertionError("must not be called");
          }
        };
    UsageReport report = search(List.of(foreign), Region.US_GOV_WEST_1);
    assertThat(report.checks()).isZero();
    assertThat(report.unchecked()).isEmpty();
  }

  private static UsageReport search(List<? extends UsageSource<?>> sources, Region... regions) {
    return FakeUsage.search(sources, regions).search(List.of(OLD), Deadline.in(60_000, CLOCK));
  }

  private static UsageReport search(
      UsageSource<?> source, Predicate<Region> regionResolves, Pause pause) {
    return searching(source, UsageExceptions.NONE, regionResolves, pause)
        .search(List.of(OLD), Deadline.in(60_000, CLOCK));
  }

  private static UsageReport search(UsageSource<?> source, UsageExceptions exceptions) {
    return searching(source, exceptions, region -> true, duration -> {})
        .search(List.of(OLD), Deadline.in(60_000, CLOCK));
  }

  /** Of one service in Mexico, where the SDK does not know it. */
  private static UsageSearch searching(
      UsageSource<?> source,
      UsageExceptions exceptions,
      Predicate<Region> regionResolves,
      Pause pause) {
    return new UsageSearch(
        () -> List.of(source), FakeUsage.regions(MEXICO), exceptions, regionResolves, pause);
  }

  private static final class Calling extends Stuck {
    private final Runnable call;

    Calling(Runnable call) {
      this.call = call;
    }

    @Override
    void search() {
      call.run();
    }
  }

  private abstract static class Stuck implements UsageSource<SdkAutoCloseable> {
    abstract void search();

    @Override
    public String service() {
      return "stuck";
    }

    @Override
    public SdkAutoCloseable client(Region region) {
      return () -> {};
    }

    @Override
    public List<ListedResource> list(
        SdkAutoCloseable client,
        Region region,
        Deadline deadline,
        Consumer<CertificateReference> found) {
      search();
      return List.of();
    }
  }
}
