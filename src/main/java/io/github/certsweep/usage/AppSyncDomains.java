package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.appsync.AppSyncClient;
import software.amazon.awssdk.services.appsync.model.DomainNameConfig;
import software.amazon.awssdk.services.appsync.model.ListDomainNamesRequest;
import software.amazon.awssdk.services.appsync.model.ListDomainNamesResponse;

/** AppSync's custom domain names, each with the ARN of one certificate. */
final class AppSyncDomains implements UsageSource<AppSyncClient> {
  private static final AwsCall LIST = new AwsCall("appsync:ListDomainNames");
  private static final int PAGE_SIZE = 25;

  private final Function<Region, AppSyncClient> clients;

  AppSyncDomains(Function<Region, AppSyncClient> clients) {
    this.clients = clients;
  }

  static AppSyncDomains with(Clients clients) {
    return new AppSyncDomains(region -> clients.forSearch(AppSyncClient.builder(), region));
  }

  @Override
  public String service() {
    return "appsync";
  }

  @Override
  public boolean isKnownIn(Region region) {
    return AppSyncClient.serviceMetadata().regions().contains(region);
  }

  @Override
  public AppSyncClient client(Region region) {
    return clients.apply(region);
  }

  @Override
  public List<ListedResource> list(
      AppSyncClient client,
      Region region,
      Deadline deadline,
      Consumer<CertificateReference> found) {
    return LIST.make(
        deadline,
        limit -> {
          ListDomainNamesRequest request =
              ListDomainNamesRequest.builder()
                  .maxResults(PAGE_SIZE)
                  .overrideConfiguration(limit)
                  .build();
          for (ListDomainNamesResponse page : client.listDomainNamesPaginator(request)) {
            LIST.require(
                page.hasDomainNameConfigs(), "The answer contains no list of domain names.");
            page.domainNameConfigs().forEach(domain -> read(domain, region, found));
          }
          return List.of();
        });
  }

  private void read(DomainNameConfig domain, Region region, Consumer<CertificateReference> found) {
    CertificateArn.of(Optional.ofNullable(domain.certificateArn()))
        .ifPresent(
            arn -> found.accept(CertificateReference.byArn(arn.text(), user(domain, region))));
  }

  private CertificateUser user(DomainNameConfig domain, Region region) {
    String name = domain.domainName();
    String resource = Optional.ofNullable(domain.domainNameArn()).orElse(name);
    return new CertificateUser(
        service(),
        region.id(),
        resource,
        "custom domain",
        "AppSync domain " + region.id() + " " + name);
  }
}
