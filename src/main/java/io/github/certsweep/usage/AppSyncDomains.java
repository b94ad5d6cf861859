package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.appsync.AppSyncClient;
import software.amazon.awssdk.services.appsync.model.DomainNameConfig;
import software.amazon.awssdk.services.appsync.model.ListDomainNamesRequest;
import software.amazon.awssdk.services.appsync.model.ListDomainNamesResponse;

/** AppSync's custom domain names, each with the ARN of one certificate. */
final class AppSyncDomains implements UsageSource {
  private static final String LIST = "appsync:ListDomainNames";
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
  public boolean isGlobal() {
    return false;
  }

  @Override
  public boolean isKnownIn(Region region) {
    return AppSyncClient.serviceMetadata().regions().contains(region);
  }

  @Override
  public void search(
      Region region, Bulkhead bulkhead, Deadline deadline, Consumer<Reference> found) {
    try (AppSyncClient client = clients.apply(region)) {
      ListDomainNamesRequest request =
          ListDomainNamesRequest.builder()
              .maxResults(PAGE_SIZE)
              .overrideConfiguration(deadline.limitOf(LIST))
              .build();
      for (ListDomainNamesResponse page : client.listDomainNamesPaginator(request)) {
        if (!page.hasDomainNameConfigs()) {
          throw AwsCallException.unexpectedAnswer(
              LIST, "The answer holds no list of domain names.");
        }
        page.domainNameConfigs().forEach(domain -> read(domain, region, found));
      }
    } catch (SdkException e) {
      throw AwsCallException.of(LIST, e);
    }
  }

  private void read(DomainNameConfig domain, Region region, Consumer<Reference> found) {
    CertificateArn.of(Optional.ofNullable(domain.certificateArn()))
        .ifPresent(arn -> found.accept(new Reference(arn.text(), use(domain, region))));
  }

  private Use use(DomainNameConfig domain, Region region) {
    String name = domain.domainName();
    String resource = Optional.ofNullable(domain.domainNameArn()).orElse(name);
    return new Use(
        service(),
        region.id(),
        resource,
        "custom domain",
        "AppSync domain " + region.id() + " " + name);
  }
}
