package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancing.ElasticLoadBalancingClient;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersRequest;
import software.amazon.awssdk.services.elasticloadbalancing.model.DescribeLoadBalancersResponse;
import software.amazon.awssdk.services.elasticloadbalancing.model.Listener;
import software.amazon.awssdk.services.elasticloadbalancing.model.LoadBalancerDescription;

/** Classic Load Balancers. Each listener shows the ARN of one certificate. */
final class ClassicLoadBalancers implements UsageSource<ElasticLoadBalancingClient> {
  private static final AwsCall DESCRIBE = new AwsCall("elasticloadbalancing:DescribeLoadBalancers");
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
  public ElasticLoadBalancingClient client(Region region) {
    return clients.apply(region);
  }

  @Override
  public List<ListedResource> list(
      ElasticLoadBalancingClient client,
      Region region,
      Deadline deadline,
      Consumer<CertificateReference> found) {
    return DESCRIBE.make(
        deadline,
        limit -> {
          DescribeLoadBalancersRequest request =
              DescribeLoadBalancersRequest.builder()
                  .pageSize(PAGE_SIZE)
                  .overrideConfiguration(limit)
                  .build();
          for (DescribeLoadBalancersResponse page :
              client.describeLoadBalancersPaginator(request)) {
            DESCRIBE.require(
                page.hasLoadBalancerDescriptions(),
                "The answer contains no list of load balancers.");
            page.loadBalancerDescriptions().forEach(balancer -> read(balancer, region, found));
          }
          return List.of();
        });
  }

  private void read(
      LoadBalancerDescription balancer, Region region, Consumer<CertificateReference> found) {
    balancer.listenerDescriptions().stream()
        .map(description -> description.listener())
        .forEach(listener ->
            CertificateArn.of(Optional.ofNullable(listener.sslCertificateId()))
                .ifPresent(arn ->
                    found.accept(
                        CertificateReference.byArn(
                            arn.text(), user(balancer, listener, region, arn)))));
  }

  private CertificateUser user(
      LoadBalancerDescription balancer,
      Listener listener,
      Region region,
      CertificateArn certificate) {
    String name = balancer.loadBalancerName();
    int port = listener.loadBalancerPort();
    // The API gives no ARN of a Classic Load Balancer. The certificate's has partition and account.
    String resource =
        certificate
            .owner()
            .map(owner ->
                "arn:"
                    + owner.partition()
                    + ":elasticloadbalancing:"
                    + region.id()
                    + ":"
                    + owner.account()
                    + ":loadbalancer/"
                    + name)
            .orElse(name);
    return new CertificateUser(
        service(),
        region.id(),
        resource,
        "port " + port,
        "Classic ELB " + region.id() + " " + name + ":" + port);
  }
}
