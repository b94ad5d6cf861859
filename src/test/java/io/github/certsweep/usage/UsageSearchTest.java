package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.iamError;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.ServerCertificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancing.ElasticLoadBalancingClient;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersRequest;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersResponse;

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
    Reference found =
        new Reference("arn:old", new Use("elb", "eu-west-1", "arn", "default", "ELB"));
    UsageReport report =
        search(
            List.of(FakeUsage.failing("elb", iamError(403, "AccessDenied", "No way"), found)),
            Region.EU_WEST_1);
    assertThat(report.of(OLD).uses()).hasSize(1);
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
        search(List.of(FakeUsage.failing("appsync", FakeUsage.unknownHost())), MEXICO);
    assertThat(report.unchecked()).isEmpty();
    assertThat(report.checks()).isZero();
    assertThat(report.of(OLD).isUnused()).isTrue();
  }

  @Test
  void anUnknownHostWhereTheServiceShouldBeIsUnchecked() {
    UsageReport report =
        search(List.of(FakeUsage.failing("appsync", FakeUsage.unknownHost())), Region.EU_WEST_1);
    assertThat(report.unchecked())
        .extracting(Unchecked::label)
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
        .extracting(Unchecked::label)
        .containsExactly("eu-wset-1 elasticloadbalancing: NoAnswer");
    assertThat(report.unchecked().getFirst().error()).contains("UsageRegions");
    assertThat(report.of(OLD).isUnused()).isFalse();
  }

  @Test
  void anyOtherErrorOfAnUnknownServiceIsUnchecked() {
    UsageReport report =
        search(List.of(FakeUsage.failing("appsync", iamError(403, "AccessDenied", "No"))), MEXICO);
    assertThat(report.unchecked())
        .extracting(Unchecked::label)
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
        .extracting(Unchecked::error)
        .asString()
        .contains("a defect");
  }

  @Test
  void whatIsNotReachedInTimeIsUnchecked() {
    CountDownLatch never = new CountDownLatch(1);
    UsageSource stuck =
        new Stuck() {
          @Override
          public void search(
              Region region, Bulkhead bulkhead, Deadline deadline, Consumer<Reference> found) {
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    UsageSearch search = new UsageSearch(() -> List.of(stuck), FakeUsage.regions(Region.EU_WEST_1));
    UsageReport report = search.search(List.of(OLD), Deadline.in(2_050, Clock.systemUTC()));
    assertThat(report.unchecked())
        .extracting(Unchecked::label)
        .containsExactly("eu-west-1 stuck: OutOfTime");
  }

  @Test
  void anEndpointOfAnotherPartitionIsNotCalled() {
    UsageSource foreign =
        new Stuck() {
          @Override
          public boolean isForeignIn(Region region) {
            return true;
          }

          @Override
          public void search(
              Region region, Bulkhead bulkhead, Deadline deadline, Consumer<Reference> found) {
            throw new AssertionError("must not be called");
          }
        };
    UsageReport report = search(List.of(foreign), Region.US_GOV_WEST_1);
    assertThat(report.checks()).isZero();
    assertThat(report.unchecked()).isEmpty();
  }

  private static UsageReport search(List<? extends UsageSource> sources, Region... regions) {
    return new UsageSearch(() -> List.copyOf(sources), FakeUsage.regions(regions))
        .search(List.of(OLD), Deadline.in(60_000, CLOCK));
  }

  private abstract static class Stuck implements UsageSource {
    @Override
    public String service() {
      return "stuck";
    }

    @Override
    public boolean isGlobal() {
      return false;
    }

    @Override
    public boolean isKnownIn(Region region) {
      return true;
    }
  }
}
