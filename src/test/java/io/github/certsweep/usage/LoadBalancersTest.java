package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.usage.Searching.ACM;
import static io.github.certsweep.usage.Searching.IAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.certsweep.aws.AwsCallException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.Certificate;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.DescribeListenerCertificatesRequest;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.DescribeListenerCertificatesResponse;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.DescribeListenersRequest;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.DescribeListenersResponse;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.DescribeLoadBalancersRequest;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.DescribeLoadBalancersResponse;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.Listener;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancer;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancerTypeEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ProtocolEnum;

class LoadBalancersTest {
  private final FakeElb elb = new FakeElb();

  @Test
  void theDefaultCertificateIsFoundOnce() {
    elb.balancer("prod", LoadBalancerTypeEnum.APPLICATION)
        .listener("prod", 443, ProtocolEnum.HTTPS, IAM + "www");
    assertThat(search())
        .containsExactly(
            CertificateReference.byArn(
                IAM + "www",
                new CertificateUser(
                    "elasticloadbalancingv2",
                    "eu-west-1",
                    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/prod/0/443",
                    "default",
                    "ALB listener eu-west-1 app/prod:443")));
  }

  @Test
  void certificatesForOtherHostNamesAreFound() {
    elb.balancer("prod", LoadBalancerTypeEnum.NETWORK)
        .listener("prod", 8443, ProtocolEnum.TLS, ACM, IAM + "sni");
    assertThat(search())
        .singleElement()
        .satisfies(reference -> {
          assertThat(reference.certificate()).isEqualTo(IAM + "sni");
          assertThat(reference.user().detail()).isEqualTo("SNI");
          assertThat(reference.user().label())
              .isEqualTo("NLB listener eu-west-1 net/prod:8443 (SNI)");
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = ProtocolEnum.class,
      names = {"HTTP", "TCP", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC", "GENEVE"})
  void plainTextListenersAreNotAskedForCertificates(ProtocolEnum protocol) {
    elb.balancer("plain", LoadBalancerTypeEnum.APPLICATION)
        .listener("plain", 80, protocol, IAM + "impossible");
    assertThat(search()).isEmpty();
    assertThat(elb.calls).containsExactly("balancers 400", "listeners plain");
  }

  @Test
  void aProtocolThatIsNotKnownYetIsLookedAt() {
    elb.balancer("new", LoadBalancerTypeEnum.APPLICATION)
        .listener("new", 443, ProtocolEnum.UNKNOWN_TO_SDK_VERSION, IAM + "www");
    assertThat(search()).hasSize(1);
  }

  @Test
  void gatewayLoadBalancersHaveNoCertificates() {
    elb.balancer("gateway", LoadBalancerTypeEnum.GATEWAY)
        .listener("gateway", 443, ProtocolEnum.TLS, IAM + "www");
    assertThat(search()).isEmpty();
    assertThat(elb.calls).containsExactly("balancers 400");
  }

  @Test
  void aSearchMakesTheFewestCallsThatTheApiAllows() {
    for (int i = 0; i < 50; i++) {
      elb.balancer("b" + i, LoadBalancerTypeEnum.APPLICATION)
          .listener("b" + i, 443, ProtocolEnum.HTTPS, IAM + "www")
          .listener("b" + i, 80, ProtocolEnum.HTTP);
    }
    assertThat(search()).hasSize(50);
    assertThat(elb.calls).hasSize(1 + 50 + 50);
  }

  @Test
  void allPagesAreRead() {
    elb.pageSize = 2;
    IntStream.range(0, 5).forEach(i -> elb.balancer("b" + i, LoadBalancerTypeEnum.APPLICATION));
    IntStream.range(0, 5)
        .forEach(i ->
            elb.listener("b0", 1000 + i, ProtocolEnum.HTTPS, IAM + "d", IAM + "s1", IAM + "s2"));
    assertThat(search()).hasSize(15);
  }

  @Test
  void aLoadBalancerThatIsDeletedMeanwhileUsesNothing() {
    elb.balancer("going", LoadBalancerTypeEnum.APPLICATION);
    elb.balancer("staying", LoadBalancerTypeEnum.APPLICATION)
        .listener("staying", 443, ProtocolEnum.HTTPS, IAM + "www");
    elb.listeners.remove("going");
    assertThat(search(() -> elb.balancers.removeFirst())).hasSize(1);
  }

  @Test
  void aLoadBalancerThatIsOnlySaidToBeDeletedIsAFailure() {
    elb.balancer("there", LoadBalancerTypeEnum.APPLICATION);
    elb.listeners.remove("there");
    assertThatThrownBy(this::search).hasMessageContaining("LoadBalancerNotFound");
  }

  @Test
  void aListenerThatIsDeletedMeanwhileKeepsNothingBack() {
    elb.balancer("b", LoadBalancerTypeEnum.APPLICATION)
        .listener("b", 443, ProtocolEnum.HTTPS, ACM)
        .listener("b", 444, ProtocolEnum.HTTPS, IAM + "www");
    elb.certificates.remove(FakeElb.listenerArn("b", 443));
    assertThat(search(() -> elb.listeners.get("b").removeIf(listener -> listener.port() == 443)))
        .extracting(CertificateReference::certificate)
        .containsOnly(IAM + "www");
  }

  @Test
  void aListenerThatIsOnlySaidToBeDeletedIsAFailure() {
    elb.balancer("b", LoadBalancerTypeEnum.APPLICATION)
        .listener("b", 443, ProtocolEnum.HTTPS, ACM, IAM + "sni");
    elb.certificates.remove(FakeElb.listenerArn("b", 443));
    assertThatThrownBy(this::search).hasMessageContaining("ListenerNotFound");
  }

  @Test
  void anAnswerWithoutAListIsNotTakenForEmpty() {
    elb.garbage = true;
    assertThatThrownBy(this::search).hasMessageContaining("contains no list");
  }

  @ParameterizedTest
  @CsvSource({
    "balancers, DescribeLoadBalancers",
    "listeners, DescribeListeners",
    "certificates, DescribeListenerCertificates",
  })
  void aFailedCallIsNamed(String denied, String call) {
    elb.balancer("b", LoadBalancerTypeEnum.APPLICATION)
        .listener("b", 443, ProtocolEnum.HTTPS, IAM + "www");
    elb.denied = denied;
    assertThatThrownBy(this::search)
        .isInstanceOf(AwsCallException.class)
        .hasMessageStartingWith("elasticloadbalancing:" + call + " failed: AccessDenied");
  }

  @Test
  void aCertificateThatBecomesTheDefaultOneDuringTheSearchIsFound() {
    elb.balancer("b", LoadBalancerTypeEnum.APPLICATION)
        .listener("b", 443, ProtocolEnum.HTTPS, IAM + "before");
    elb.certificates.put(
        FakeElb.listenerArn("b", 443),
        List.of(Certificate.builder().certificateArn(IAM + "after").isDefault(true).build()));
    assertThat(search())
        .extracting(CertificateReference::certificate, reference -> reference.user().detail())
        .containsExactly(tuple(IAM + "before", "default"), tuple(IAM + "after", "default"));
  }

  @Test
  void itIsAServiceOfEveryRegion() {
    LoadBalancers source = new LoadBalancers(region -> elb);
    assertThat(source.isGlobal()).isFalse();
    assertThat(source.isKnownIn(Region.of("eu-wset-1"))).isTrue();
    assertThat(source.service()).isEqualTo("elasticloadbalancingv2");
  }

  private List<CertificateReference> search() {
    return Searching.search(new LoadBalancers(region -> elb));
  }

  private List<CertificateReference> search(Runnable whileWaiting) {
    AtomicInteger pauses = new AtomicInteger();
    return Searching.search(
        new LoadBalancers(region -> elb),
        60_000,
        duration -> {
          if (pauses.incrementAndGet() == 1) {
            whileWaiting.run();
          }
        });
  }

  /** Pages, default and SNI certificates as the real service has them. */
  private static final class FakeElb implements ElasticLoadBalancingV2Client {
    final List<LoadBalancer> balancers = new ArrayList<>();
    final Map<String, List<Listener>> listeners = new HashMap<>();
    final Map<String, List<Certificate>> certificates = new HashMap<>();
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    int pageSize = 400;
    boolean garbage;
    String denied = "";

    FakeElb balancer(String name, LoadBalancerTypeEnum type) {
      String kind = type == LoadBalancerTypeEnum.NETWORK ? "net" : "app";
      String arn =
          "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/"
              + kind
              + "/"
              + name
              + "/0";
      balancers.add(
          LoadBalancer.builder().loadBalancerName(name).loadBalancerArn(arn).type(type).build());
      listeners.put(name, new ArrayList<>());
      return this;
    }

    FakeElb listener(String balancer, int port, ProtocolEnum protocol, String... arns) {
      List<Certificate> all = new ArrayList<>();
      for (String arn : arns) {
        all.add(Certificate.builder().certificateArn(arn).isDefault(all.isEmpty()).build());
      }
      listeners
          .get(balancer)
          .add(
              Listener.builder()
                  .listenerArn(listenerArn(balancer, port))
                  .port(port)
                  .protocol(protocol)
                  .certificates(
                      all.stream()
                          .limit(1)
                          .map(one -> one.toBuilder().isDefault(null).build())
                          .toList())
                  .build());
      certificates.put(listenerArn(balancer, port), all);
      return this;
    }

    static String listenerArn(String balancer, int port) {
      return "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/"
          + balancer
          + "/0/"
          + port;
    }

    @Override
    public DescribeLoadBalancersResponse describeLoadBalancers(
        DescribeLoadBalancersRequest request) {
      called("balancers", String.valueOf(request.pageSize()));
      if (garbage) {
        return DescribeLoadBalancersResponse.builder().build();
      }
      Page<LoadBalancer> page = page(balancers, request.marker());
      return DescribeLoadBalancersResponse.builder()
          .loadBalancers(page.items)
          .nextMarker(page.next)
          .build();
    }

    @Override
    public DescribeListenersResponse describeListeners(DescribeListenersRequest request) {
      String name = request.loadBalancerArn().split("/", -1)[2];
      called("listeners", name);
      if (!listeners.containsKey(name)) {
        throw iamError(400, "LoadBalancerNotFound", "gone");
      }
      Page<Listener> page = page(listeners.get(name), request.marker());
      return DescribeListenersResponse.builder()
          .listeners(page.items)
          .nextMarker(page.next)
          .build();
    }

    @Override
    public DescribeListenerCertificatesResponse describeListenerCertificates(
        DescribeListenerCertificatesRequest request) {
      called("certificates", request.listenerArn());
      if (!certificates.containsKey(request.listenerArn())) {
        throw iamError(400, "ListenerNotFound", "gone");
      }
      Page<Certificate> page = page(certificates.get(request.listenerArn()), request.marker());
      return DescribeListenerCertificatesResponse.builder()
          .certificates(page.items)
          .nextMarker(page.next)
          .build();
    }

    private void called(String what, String of) {
      calls.add(what + " " + of);
      if (what.equals(denied)) {
        throw iamError(403, "AccessDenied", "No");
      }
    }

    private <T> Page<T> page(List<T> all, String marker) {
      int start = marker == null ? 0 : Integer.parseInt(marker);
      int end = Math.min(start + pageSize, all.size());
      return new Page<>(all.subList(start, end), end < all.size() ? String.valueOf(end) : null);
    }

    @Override
    public String serviceName() {
      return "elasticloadbalancing";
    }

    @Override
    public void close() {}

    private record Page<T>(List<T> items, String next) {}
  }
}
