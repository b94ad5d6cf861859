package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.usage.Searching.ACM;
import static io.github.certsweep.usage.Searching.IAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.certificate.ServerCertificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancing.ElasticLoadBalancingClient;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersRequest;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersResponse;
import software.amazon.awssdk.services.elasticloadbalancing.model.ListenerDescription;
import software.amazon.awssdk.services.elasticloadbalancing.model.LoadBalancerDescription;

class ClassicLoadBalancersTest {
  private final FakeElb elb = new FakeElb();

  @Test
  void aListenersCertificateIsAReference() {
    elb.pages.add(List.of(balancer("shop", IAM + "www")));
    assertThat(Searching.search(new ClassicLoadBalancers(region -> elb)))
        .containsExactly(
            CertificateReference.byArn(
                IAM + "www",
                new CertificateUser(
                    "elasticloadbalancing",
                    "eu-west-1",
                    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/shop",
                    "port 443",
                    "Classic ELB eu-west-1 shop:443")));
    assertThat(elb.requests)
        .extracting(DescribeLoadBalancersRequest::pageSize)
        .containsExactly(400);
  }

  @Test
  void allPagesAreRead() {
    elb.pages.add(List.of(balancer("a", IAM + "a")));
    elb.pages.add(List.of(balancer("b", IAM + "b"), balancer("c", IAM + "c")));
    assertThat(Searching.search(new ClassicLoadBalancers(region -> elb)))
        .extracting(CertificateReference::certificate)
        .containsExactly(IAM + "a", IAM + "b", IAM + "c");
    assertThat(elb.requests).hasSize(2);
  }

  @Test
  void whatIsNoIamCertificateIsNoReference() {
    elb.pages.add(
        List.of(
            balancer("acm", ACM),
            balancer("gone", "Invalid-Certificate"),
            balancer("empty", ""),
            balancer("plain", null)));
    assertThat(Searching.search(new ClassicLoadBalancers(region -> elb))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"www-2018", "Invalid", "arn:aws:iam::1:server-certificate/www"})
  void whatCouldBeACertificateIsAReferenceToAny(String text) {
    elb.pages.add(List.of(balancer("odd", text), balancer("shop", IAM + "www")));
    List<CertificateReference> found = Searching.search(new ClassicLoadBalancers(region -> elb));
    assertThat(found)
        .extracting(CertificateReference::certificate)
        .containsExactly(text, IAM + "www");
    assertThat(found.getFirst().user().resource()).isEqualTo("odd");
    UsageReport report =
        new UsageReport(1, found, List.of(), List.of(), List.of())
            .against(
                List.of(
                    new ServerCertificate("www", "ASCA", IAM + "www", "/", NOW, Optional.of(NOW))));
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(place ->
            assertThat(place.error()).contains("Classic ELB eu-west-1 odd:443 refers to " + text));
  }

  @Test
  void anAnswerWithoutAListIsNotTakenForEmpty() {
    elb.pages.add(null);
    assertThatThrownBy(() -> Searching.search(new ClassicLoadBalancers(region -> elb)))
        .hasMessageContaining("contains no list of load balancers");
  }

  @Test
  void aFailedCallIsNamed() {
    elb.denied = true;
    assertThatThrownBy(() -> Searching.search(new ClassicLoadBalancers(region -> elb)))
        .isInstanceOf(AwsCallException.class)
        .hasMessageStartingWith("elasticloadbalancing:DescribeLoadBalancers failed: AccessDenied");
  }

  @Test
  void itIsARegionalService() {
    ClassicLoadBalancers source = new ClassicLoadBalancers(region -> elb);
    assertThat(source.isGlobal()).isFalse();
    assertThat(source.isKnownIn(Region.of("eu-wset-1"))).isTrue();
    assertThat(source.isForeignIn(Region.US_GOV_WEST_1)).isFalse();
    assertThat(source.service()).isEqualTo("elasticloadbalancing");
  }

  private static LoadBalancerDescription balancer(String name, String certificate) {
    return LoadBalancerDescription.builder()
        .loadBalancerName(name)
        .listenerDescriptions(
            ListenerDescription.builder()
                .listener(listener -> listener.loadBalancerPort(443).sslCertificateId(certificate))
                .build())
        .build();
  }

  private static final class FakeElb implements ElasticLoadBalancingClient {
    final List<List<LoadBalancerDescription>> pages = new ArrayList<>();
    final List<DescribeLoadBalancersRequest> requests = new ArrayList<>();
    boolean denied;

    @Override
    public DescribeLoadBalancersResponse describeLoadBalancers(
        DescribeLoadBalancersRequest request) {
      requests.add(request);
      if (denied) {
        throw iamError(403, "AccessDenied", "No");
      }
      int page = request.marker() == null ? 0 : Integer.parseInt(request.marker());
      return DescribeLoadBalancersResponse.builder()
          .loadBalancerDescriptions(pages.get(page))
          .nextMarker(page + 1 < pages.size() ? String.valueOf(page + 1) : null)
          .build();
    }

    @Override
    public String serviceName() {
      return "elasticloadbalancing";
    }

    @Override
    public void close() {}
  }
}
