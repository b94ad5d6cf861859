package io.github.certsweep.usage;

import static java.util.stream.Collectors.toSet;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
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
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ListenerNotFoundException;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancer;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancerNotFoundException;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.LoadBalancerTypeEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ProtocolEnum;

/**
 * Application and Network Load Balancers: a listener has one default certificate and any number for
 * other host names (SNI). {@code DescribeListeners} shows the default one only; the others take a
 * call for each listener. There is no call for all listeners of a region, so a search costs 1 +
 * load balancers + encrypted listeners.
 */
final class LoadBalancers implements UsageSource {
  private static final String BALANCERS = "elasticloadbalancing:DescribeLoadBalancers";
  private static final String LISTENERS = "elasticloadbalancing:DescribeListeners";
  private static final String CERTIFICATES = "elasticloadbalancing:DescribeListenerCertificates";
  private static final int PAGE_SIZE = 400;

  /** These carry no certificate. A protocol that is not known yet might, so it is looked at. */
  private static final Set<ProtocolEnum> PLAIN_TEXT =
      Set.of(
          ProtocolEnum.HTTP,
          ProtocolEnum.TCP,
          ProtocolEnum.UDP,
          ProtocolEnum.TCP_UDP,
          ProtocolEnum.GENEVE);

  private final Function<Region, ElasticLoadBalancingV2Client> clients;

  LoadBalancers(Function<Region, ElasticLoadBalancingV2Client> clients) {
    this.clients = clients;
  }

  static LoadBalancers with(Clients clients) {
    return new LoadBalancers(
        region -> clients.forSearch(ElasticLoadBalancingV2Client.builder(), region));
  }

  @Override
  public String service() {
    return "elasticloadbalancingv2";
  }

  @Override
  public boolean isGlobal() {
    return false;
  }

  /** Every region has it: where its host is not found, the region or the network is at fault. */
  @Override
  public boolean isKnownIn(Region region) {
    return true;
  }

  @Override
  public void search(
      Region region, Bulkhead bulkhead, Deadline deadline, Consumer<Reference> found) {
    try (ElasticLoadBalancingV2Client client = clients.apply(region)) {
      new RegionSearch(client, region, bulkhead, deadline, found).run();
    }
  }

  /** The search of one region. */
  private record RegionSearch(
      ElasticLoadBalancingV2Client client,
      Region region,
      Bulkhead bulkhead,
      Deadline deadline,
      Consumer<Reference> found) {
    void run() {
      bulkhead.begin(this::readBalancers);
      bulkhead.await();
    }

    private void readBalancers() {
      for (LoadBalancer balancer : balancers()) {
        bulkhead.begin(() -> readListeners(balancer));
      }
    }

    private void readListeners(LoadBalancer balancer) {
      for (Listener listener : listeners(balancer)) {
        for (Certificate certificate : listener.certificates()) {
          accept(balancer, listener, certificate, "default");
        }
        bulkhead.begin(() -> readCertificates(balancer, listener));
      }
    }

    private void readCertificates(LoadBalancer balancer, Listener listener) {
      Set<String> known =
          listener.certificates().stream().map(Certificate::certificateArn).collect(toSet());
      for (Certificate certificate : certificates(listener)) {
        boolean isDefault = Boolean.TRUE.equals(certificate.isDefault());
        // The default one is listed again; another one has become it since the listeners were.
        if (!isDefault || !known.contains(certificate.certificateArn())) {
          accept(balancer, listener, certificate, isDefault ? "default" : "SNI");
        }
      }
    }

    private List<LoadBalancer> balancers() {
      DescribeLoadBalancersRequest request =
          DescribeLoadBalancersRequest.builder()
              .pageSize(PAGE_SIZE)
              .overrideConfiguration(deadline.limitOf(BALANCERS))
              .build();
      List<LoadBalancer> balancers = new ArrayList<>();
      try {
        for (DescribeLoadBalancersResponse page : client.describeLoadBalancersPaginator(request)) {
          requireList(BALANCERS, page.hasLoadBalancers());
          balancers.addAll(page.loadBalancers());
        }
      } catch (SdkException e) {
        throw AwsCallException.of(BALANCERS, e);
      }
      balancers.removeIf(balancer -> balancer.type() == LoadBalancerTypeEnum.GATEWAY);
      return balancers;
    }

    private List<Listener> listeners(LoadBalancer balancer) {
      DescribeListenersRequest request =
          DescribeListenersRequest.builder()
              .loadBalancerArn(balancer.loadBalancerArn())
              .pageSize(PAGE_SIZE)
              .overrideConfiguration(deadline.limitOf(LISTENERS))
              .build();
      List<Listener> listeners = new ArrayList<>();
      try {
        for (DescribeListenersResponse page : client.describeListenersPaginator(request)) {
          requireList(LISTENERS, page.hasListeners());
          listeners.addAll(page.listeners());
        }
      } catch (LoadBalancerNotFoundException e) {
        return List.of(); // deleted since it was listed: it uses nothing any more
      } catch (SdkException e) {
        throw AwsCallException.of(LISTENERS, e);
      }
      listeners.removeIf(listener -> PLAIN_TEXT.contains(listener.protocol()));
      return listeners;
    }

    private List<Certificate> certificates(Listener listener) {
      DescribeListenerCertificatesRequest request =
          DescribeListenerCertificatesRequest.builder()
              .listenerArn(listener.listenerArn())
              .pageSize(PAGE_SIZE)
              .overrideConfiguration(deadline.limitOf(CERTIFICATES))
              .build();
      List<Certificate> certificates = new ArrayList<>();
      try {
        for (DescribeListenerCertificatesResponse page :
            client.describeListenerCertificatesPaginator(request)) {
          requireList(CERTIFICATES, page.hasCertificates());
          certificates.addAll(page.certificates());
        }
      } catch (ListenerNotFoundException e) {
        return List.of(); // deleted since it was listed: it uses nothing any more
      } catch (SdkException e) {
        throw AwsCallException.of(CERTIFICATES, e);
      }
      return certificates;
    }

    private void accept(
        LoadBalancer balancer, Listener listener, Certificate certificate, String detail) {
      CertificateArn.of(Optional.ofNullable(certificate.certificateArn()))
          .ifPresent(
              arn -> found.accept(new Reference(arn.text(), use(balancer, listener, detail))));
    }

    private Use use(LoadBalancer balancer, Listener listener, String detail) {
      // arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/prod/50dc6c495c0c9188
      String[] parts = balancer.loadBalancerArn().split("/", -1);
      String kind = balancer.type() == LoadBalancerTypeEnum.NETWORK ? "NLB" : "ALB";
      String place =
          region.id() + " " + parts[1] + "/" + balancer.loadBalancerName() + ":" + listener.port();
      String label = kind + " listener " + place + (detail.equals("SNI") ? " (SNI)" : "");
      return new Use("elasticloadbalancingv2", region.id(), listener.listenerArn(), detail, label);
    }

    private static void requireList(String call, boolean present) {
      if (!present) {
        throw AwsCallException.unexpectedAnswer(call, "The answer holds no list.");
      }
    }
  }
}
