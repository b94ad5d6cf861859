package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudfront.CloudFrontClient;
import software.amazon.awssdk.services.cloudfront.endpoints.CloudFrontEndpointProvider;
import software.amazon.awssdk.services.cloudfront.model.DistributionList;
import software.amazon.awssdk.services.cloudfront.model.DistributionSummary;

/**
 * CloudFront distributions. They refer to a certificate by its id, not by its ARN. There is one
 * CloudFront for a whole partition.
 */
final class CloudFrontDistributions implements UsageSource<CloudFrontClient> {
  private static final AwsCall LIST = new AwsCall("cloudfront:ListDistributions");

  private final Function<Region, CloudFrontClient> clients;

  CloudFrontDistributions(Function<Region, CloudFrontClient> clients) {
    this.clients = clients;
  }

  static CloudFrontDistributions with(Clients clients) {
    return new CloudFrontDistributions(
        region -> clients.forSearch(CloudFrontClient.builder(), region));
  }

  @Override
  public String service() {
    return "cloudfront";
  }

  @Override
  public boolean isGlobal() {
    return true;
  }

  @Override
  public boolean isKnownIn(Region region) {
    return Partitions.offer(CloudFrontClient.serviceMetadata(), region);
  }

  /**
   * In GovCloud the SDK returns the host of the commercial partition, which knows nothing about
   * this account.
   */
  @Override
  public boolean isForeignIn(Region region) {
    return !isKnownIn(region) && host(region).equals(host(Region.US_EAST_1));
  }

  private static String host(Region region) {
    return CloudFrontEndpointProvider.defaultProvider()
        .resolveEndpoint(endpoint -> endpoint.region(region))
        .join()
        .url()
        .getHost();
  }

  @Override
  public CloudFrontClient client(Region region) {
    return clients.apply(region);
  }

  @Override
  public List<ListedResource> list(
      CloudFrontClient client,
      Region region,
      Deadline deadline,
      Consumer<CertificateReference> found) {
    Optional<String> marker = Optional.empty();
    do {
      DistributionList page = page(client, marker, deadline);
      page.items().forEach(distribution -> read(distribution, found));
      marker = Optional.ofNullable(page.nextMarker()).filter(next -> page.isTruncated());
    } while (marker.isPresent());
    return List.of();
  }

  private static DistributionList page(
      CloudFrontClient client, Optional<String> marker, Deadline deadline) {
    DistributionList page =
        LIST.make(
                deadline,
                limit ->
                    client.listDistributions(request ->
                        request.marker(marker.orElse(null)).overrideConfiguration(limit)))
            .distributionList();
    LIST.require(
        page != null
            && page.isTruncated() != null
            && (!page.isTruncated() || page.nextMarker() != null),
        "The answer does not say whether the listing is complete.");
    // The SDK turns an absent list into an empty one, which must not mean "none".
    LIST.require(
        !page.items().isEmpty() || page.quantity() == null || page.quantity() == 0,
        "The answer counts " + page.quantity() + " distributions but lists none.");
    return page;
  }

  private void read(DistributionSummary distribution, Consumer<CertificateReference> found) {
    Optional.ofNullable(distribution.viewerCertificate())
        .map(certificate -> certificate.iamCertificateId())
        .filter(id -> !id.isEmpty())
        .ifPresent(id -> found.accept(CertificateReference.byId(id, user(distribution))));
  }

  private CertificateUser user(DistributionSummary distribution) {
    return new CertificateUser(
        service(),
        "global",
        distribution.arn(),
        "viewer certificate",
        "CloudFront " + distribution.id());
  }
}
