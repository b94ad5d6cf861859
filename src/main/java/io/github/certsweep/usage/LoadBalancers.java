package io.github.certsweep.usage;

import static java.util.stream.Collectors.toSet;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;
import software.amazon.awssdk.services.elasticloadbalancingv2.endpoints.ElasticLoadBalancingV2EndpointProvider;
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

/**
 * Application and Network Load Balancers. A listener has one default certificate and any number for
 * other host names (SNI). {@code DescribeListeners} shows only the default one; the others take a
 * call for each listener. No call lists all listeners of a region, so a search makes 1 + load
 * balancers + encrypted listeners calls.
 */
final class LoadBalancers implements UsageSource<ElasticLoadBalancingV2Client> {
  private static final AwsCall BALANCERS =
      new AwsCall("elasticloadbalancing:DescribeLoadBalancers");
  private static final AwsCall LISTENERS = new AwsCall("elasticloadbalancing:DescribeListeners");
  private static final AwsCall CERTIFICATES =
      new AwsCall("elasticloadbalancing:DescribeListenerCertificates");
  private static final int PAGE_SIZE = 400;

  /** Listeners without certificates. A new protocol may have one, so all others are searched. */
  private static final Set<ProtocolEnum> PLAIN_TEXT =
      Set.of(
          ProtocolEnum.HTTP,
          ProtocolEnum.TCP,
          ProtocolEnum.UDP,
          ProtocolEnum.TCP_UDP,
          ProtocolEnum.QUIC,
          ProtocolEnum.TCP_QUIC,
          ProtocolEnum.GENEVE);

  private final Function<Region, ElasticLoadBalancingV2Client> clients;

  LoadBalancers(Function<Region, ElasticLoadBalancingV2Client> clients) {
    this.clients = clients;
  }

  static LoadBalancers with(Clients clients) {
    return new LoadBalancers(
        region -> clients.forSearch(ElasticLoadBalancingV2Client.builder(), region));
  }

  /**
   * Whether the host of this service can be resolved, or could be a few seconds ago. Every region
   * has one. So if not, the region does not exist or name resolution fails.
   */
  boolean hostResolves(Region region) {
    try (ElasticLoadBalancingV2Client client = client(region)) {
      URI endpoint =
          client
              .serviceClientConfiguration()
              .endpointOverride()
              .orElseGet(() ->
                  ElasticLoadBalancingV2EndpointProvider.defaultProvider()
                      .resolveEndpoint(parameters -> parameters.region(region))
                      .join()
                      .url());
      return InetAddress.getByName(endpoint.getHost()) != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public String service() {
    return "elasticloadbalancingv2";
  }

  @Override
  public ElasticLoadBalancingV2Client client(Region region) {
    return clients.apply(region);
  }

  @Override
  public List<ListedResource> list(
      ElasticLoadBalancingV2Client client,
      Region region,
      Deadline deadline,
      Consumer<CertificateReference> found) {
    return new RegionSearch(client, region, deadline, found).balancers();
  }

  /** The calls in one region. */
  private record RegionSearch(
      ElasticLoadBalancingV2Client client,
      Region region,
      Deadline deadline,
      Consumer<CertificateReference> found) {

    List<ListedResource> balancers() {
      return BALANCERS.make(
          deadline,
          limit -> {
            DescribeLoadBalancersRequest request =
                DescribeLoadBalancersRequest.builder()
                    .pageSize(PAGE_SIZE)
                    .overrideConfiguration(limit)
                    .build();
            List<ListedResource> balancers = new ArrayList<>();
            for (DescribeLoadBalancersResponse page :
                client.describeLoadBalancersPaginator(request)) {
              BALANCERS.require(page.hasLoadBalancers(), "The answer contains no list.");
              page.loadBalancers().stream()
                  .filter(balancer -> balancer.type() != LoadBalancerTypeEnum.GATEWAY)
                  .map(balancer ->
                      new ListedResource(balancer.loadBalancerArn(), () -> listeners(balancer)))
                  .forEach(balancers::add);
            }
            return balancers;
          });
    }

    private List<ListedResource> listeners(LoadBalancer balancer) {
      return LISTENERS.make(
          deadline,
          limit -> {
            DescribeListenersRequest request =
                DescribeListenersRequest.builder()
                    .loadBalancerArn(balancer.loadBalancerArn())
                    .pageSize(PAGE_SIZE)
                    .overrideConfiguration(limit)
                    .build();
            List<ListedResource> listeners = new ArrayList<>();
            for (DescribeListenersResponse page : client.describeListenersPaginator(request)) {
              LISTENERS.require(page.hasListeners(), "The answer contains no list.");
              for (Listener listener : page.listeners()) {
                if (!PLAIN_TEXT.contains(listener.protocol())) {
                  listener
                      .certificates()
                      .forEach(one -> accept(balancer, listener, one, "default"));
                  listeners.add(
                      new ListedResource(
                          listener.listenerArn(), () -> certificates(balancer, listener)));
                }
              }
            }
            return listeners;
          });
    }

    private List<ListedResource> certificates(LoadBalancer balancer, Listener listener) {
      Set<String> known =
          listener.certificates().stream().map(Certificate::certificateArn).collect(toSet());
      return CERTIFICATES.make(
          deadline,
          limit -> {
            DescribeListenerCertificatesRequest request =
                DescribeListenerCertificatesRequest.builder()
                    .listenerArn(listener.listenerArn())
                    .pageSize(PAGE_SIZE)
                    .overrideConfiguration(limit)
                    .build();
            for (DescribeListenerCertificatesResponse page :
                client.describeListenerCertificatesPaginator(request)) {
              CERTIFICATES.require(page.hasCertificates(), "The answer contains no list.");
              for (Certificate certificate : page.certificates()) {
                boolean isDefault = Boolean.TRUE.equals(certificate.isDefault());
                // The default one is listed again. If it is not known, it was changed meanwhile.
                if (!isDefault || !known.contains(certificate.certificateArn())) {
                  accept(balancer, listener, certificate, isDefault ? "default" : "SNI");
                }
              }
            }
            return List.of();
          });
    }

    private void accept(
        LoadBalancer balancer, Listener listener, Certificate certificate, String detail) {
      CertificateArn.of(Optional.ofNullable(certificate.certificateArn()))
          .ifPresent(arn ->
              found.accept(
                  CertificateReference.byArn(arn.text(), user(balancer, listener, detail))));
    }

    private CertificateUser user(LoadBalancer balancer, Listener listener, String detail) {
      // arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/prod/50dc6c495c0c9188
      String[] parts = balancer.loadBalancerArn().split("/", -1);
      String kind = balancer.type() == LoadBalancerTypeEnum.NETWORK ? "NLB" : "ALB";
      String place =
          region.id() + " " + parts[1] + "/" + balancer.loadBalancerName() + ":" + listener.port();
      String label = kind + " listener " + place + (detail.equals("SNI") ? " (SNI)" : "");
      return new CertificateUser(
          "elasticloadbalancingv2", region.id(), listener.listenerArn(), detail, label);
    }
  }
}
