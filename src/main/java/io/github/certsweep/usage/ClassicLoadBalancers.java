package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancing.ElasticLoadBalancingClient;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersRequest;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersResponse;
import software.amazon.awssdk.services.elasticloadbalancing.model.Listener;
import software.amazon.awssdk.services.elasticloadbalancing.model.LoadBalancerDescription;

/** Classic Load Balancers: each listener names the ARN of one certificate. */
final class ClassicLoadBalancers implements UsageSource {
  private static final String DESCRIBE = "elasticloadbalancing:DescribeLoadBalancers";
  private static final int PAGE_SIZE = 400;

  private final Function<Region, ElasticLoadBalancingClient> clients;

  ClassicLoadBalancers(Function<Region, ElasticLoadBalancingClient> clients) {
    this.clients = clients;
  }

  static ClassicLoadBalancers with(Clients clients) {
    return new ClassicLoadBalancers(
        region -> clients.forSearch(ElasticLoadBalancingClient.builder(), region));
  }

  @Override
  public String service() {
    return "elasticloadbalancing";
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
    try (ElasticLoadBalancingClient client = clients.apply(region)) {
      DescribeLoadBalancersRequest request =
          DescribeLoadBalancersRequest.builder()
              .pageSize(PAGE_SIZE)
              .overrideConfiguration(deadline.limitOf(DESCRIBE))
              .build();
      for (DescribeLoadBalancersResponse page : client.describeLoadBalancersPaginator(request)) {
        if (!page.hasLoadBalancerDescriptions()) {
          throw AwsCallException.unexpectedAnswer(
              DESCRIBE, "The answer holds no list of load balancers.");
        }
        page.loadBalancerDescriptions().forEach(balancer -> read(balancer, region, found));
      }
    } catch (SdkException e) {
      throw AwsCallException.of(DESCRIBE, e);
    }
  }

  private void read(LoadBalancerDescription balancer, Region region, Consumer<Reference> found) {
    balancer.listenerDescriptions().stream()
        .map(description -> description.listener())
        .forEach(listener ->
            CertificateArn.of(Optional.ofNullable(listener.sslCertificateId()))
                .ifPresent(arn ->
                    found.accept(new Reference(arn.text(), use(balancer, listener, region, arn)))));
  }

  private Use use(
      LoadBalancerDescription balancer,
      Listener listener,
      Region region,
      CertificateArn certificate) {
    String name = balancer.loadBalancerName();
    int port = listener.loadBalancerPort();
    // The API gives no ARN of a Classic Load Balancer; the certificate's tells partition and
    // account.
    String arn =
        "arn:"
            + certificate.partition()
            + ":elasticloadbalancing:"
            + region.id()
            + ":"
            + certificate.account()
            + ":loadbalancer/"
            + name;
    return new Use(
        service(),
        region.id(),
        arn,
        "port " + port,
        "Classic ELB " + region.id() + " " + name + ":" + port);
  }
}
