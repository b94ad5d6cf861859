package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.iamError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.aws.AwsCallException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudfront.CloudFrontClient;
import software.amazon.awssdk.services.cloudfront.model.DistributionList;
import software.amazon.awssdk.services.cloudfront.model.DistributionSummary;
import software.amazon.awssdk.services.cloudfront.model.ListDistributionsRequest;
import software.amazon.awssdk.services.cloudfront.model.ListDistributionsResponse;

class CloudFrontDistributionsTest {
  private final FakeCloudFront cloudFront = new FakeCloudFront();
  private final CloudFrontDistributions source = new CloudFrontDistributions(region -> cloudFront);

  @Test
  void aDistributionRefersToTheId() {
    cloudFront.pages.add(
        page(
            null, distribution("E1", "ASCAOLD"), distribution("E2", null), distribution("E3", "")));
    assertThat(Searching.search(source))
        .containsExactly(
            CertificateReference.byId(
                "ASCAOLD",
                new CertificateUser(
                    "cloudfront",
                    "global",
                    "arn:aws:cloudfront::123456789012:distribution/E1",
                    "viewer certificate",
                    "CloudFront E1")));
  }

  @Test
  void allPagesAreRead() {
    cloudFront.pages.add(page("1", distribution("E1", "ASCA1")));
    cloudFront.pages.add(page("2", distribution("E2", "ASCA2")));
    cloudFront.pages.add(page(null, distribution("E3", "ASCA3")));
    assertThat(Searching.search(source))
        .extracting(CertificateReference::certificate)
        .containsExactly("ASCA1", "ASCA2", "ASCA3");
  }

  @Test
  void noDistributionsAtAllIsAnAnswer() {
    cloudFront.pages.add(DistributionList.builder().isTruncated(false).quantity(0).build());
    assertThat(Searching.search(source)).isEmpty();
  }

  @Test
  void anAnswerThatDoesNotSayWhetherItIsCompleteIsRefused() {
    cloudFront.pages.add(null);
    assertThatThrownBy(() -> Searching.search(source)).hasMessageContaining("does not say whether");
    cloudFront.pages.set(0, DistributionList.builder().build());
    assertThatThrownBy(() -> Searching.search(source)).hasMessageContaining("does not say whether");
    cloudFront.pages.set(0, DistributionList.builder().isTruncated(true).build());
    assertThatThrownBy(() -> Searching.search(source)).hasMessageContaining("does not say whether");
  }

  @Test
  void anAnswerThatCountsDistributionsAndListsNoneIsRefused() {
    cloudFront.pages.add(DistributionList.builder().isTruncated(false).quantity(2).build());
    assertThatThrownBy(() -> Searching.search(source))
        .hasMessageContaining("counts 2 distributions but lists none");
  }

  @Test
  void aFailedCallIsNamed() {
    cloudFront.denied = true;
    assertThatThrownBy(() -> Searching.search(source))
        .isInstanceOf(AwsCallException.class)
        .hasMessageStartingWith("cloudfront:ListDistributions failed: AccessDenied");
  }

  /**
   * GovCloud has no CloudFront, and the SDK answers with the commercial partition's host: that must
   * not be asked.
   */
  @ParameterizedTest(name = "{0}: known {1}, foreign {2}")
  @CsvSource({
    "eu-west-1,      true,  false",
    "cn-north-1,     true,  false",
    "us-gov-west-1,  false, true",
    "us-iso-east-1,  false, false",
    "eusc-de-east-1, false, false",
  })
  void itIsKnownByPartition(String region, boolean known, boolean foreign) {
    assertThat(source.isKnownIn(Region.of(region))).isEqualTo(known);
    assertThat(source.isForeignIn(Region.of(region))).isEqualTo(foreign);
  }

  @Test
  void itIsOneServiceForAllRegions() {
    assertThat(source.isGlobal()).isTrue();
  }

  private static DistributionList page(String next, DistributionSummary... distributions) {
    return DistributionList.builder()
        .items(distributions)
        .isTruncated(next != null)
        .nextMarker(next)
        .build();
  }

  private static DistributionSummary distribution(String id, String certificateId) {
    return DistributionSummary.builder()
        .id(id)
        .arn("arn:aws:cloudfront::123456789012:distribution/" + id)
        .viewerCertificate(certificate -> certificate.iamCertificateId(certificateId))
        .build();
  }

  private static final class FakeCloudFront implements CloudFrontClient {
    final List<DistributionList> pages = new ArrayList<>();
    boolean denied;

    @Override
    public ListDistributionsResponse listDistributions(ListDistributionsRequest request) {
      if (denied) {
        throw iamError(403, "AccessDenied", "No");
      }
      int page = request.marker() == null ? 0 : Integer.parseInt(request.marker());
      return ListDistributionsResponse.builder().distributionList(pages.get(page)).build();
    }

    @Override
    public String serviceName() {
      return "cloudfront";
    }

    @Override
    public void close() {}
  }
}
