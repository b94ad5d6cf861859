package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.usage.Searching.ACM;
import static io.github.certsweep.usage.Searching.IAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.aws.AwsCallException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.appsync.AppSyncClient;
import software.amazon.awssdk.services.appsync.model.DomainNameConfig;
import software.amazon.awssdk.services.appsync.model.ListDomainNamesRequest;
import software.amazon.awssdk.services.appsync.model.ListDomainNamesResponse;

class AppSyncDomainsTest {
  private final FakeAppSync appSync = new FakeAppSync();
  private final AppSyncDomains source = new AppSyncDomains(region -> appSync);

  @Test
  void allPagesOfDomainNamesAreRead() {
    appSync.pages.add(List.of(domain("a.example.com", IAM + "a"), domain("acm.example.com", ACM)));
    appSync.pages.add(List.of(domain("b.example.com", IAM + "b")));
    assertThat(Searching.search(source))
        .extracting(CertificateReference::certificate)
        .containsExactly(IAM + "a", IAM + "b");
    assertThat(appSync.requests)
        .hasSize(2)
        .allSatisfy(request -> assertThat(request.maxResults()).isEqualTo(25));
  }

  @Test
  void aDomainNameIsNamed() {
    appSync.pages.add(List.of(domain("a.example.com", IAM + "a")));
    assertThat(Searching.search(source))
        .extracting(CertificateReference::user)
        .containsExactly(
            new CertificateUser(
                "appsync",
                "eu-west-1",
                "arn:a.example.com",
                "custom domain",
                "AppSync domain eu-west-1 a.example.com"));
  }

  @Test
  void withoutAnArnItIsCalledByItsName() {
    appSync.pages.add(
        List.of(domain("a.example.com", IAM + "a").toBuilder().domainNameArn(null).build()));
    assertThat(Searching.search(source))
        .singleElement()
        .extracting(found -> found.user().resource())
        .isEqualTo("a.example.com");
  }

  @Test
  void anAnswerWithoutAListIsNotTakenForEmpty() {
    appSync.pages.add(null);
    assertThatThrownBy(() -> Searching.search(source))
        .hasMessageContaining("contains no list of domain names");
  }

  @Test
  void aFailedCallIsNamed() {
    appSync.denied = true;
    assertThatThrownBy(() -> Searching.search(source))
        .isInstanceOf(AwsCallException.class)
        .hasMessageStartingWith("appsync:ListDomainNames failed: AccessDenied");
  }

  @Test
  void itIsNotEverywhere() {
    assertThat(source.isGlobal()).isFalse();
    assertThat(source.isKnownIn(Region.EU_WEST_1)).isTrue();
    assertThat(source.isKnownIn(Region.US_GOV_WEST_1)).isFalse();
    assertThat(source.service()).isEqualTo("appsync");
  }

  private static DomainNameConfig domain(String name, String certificate) {
    return DomainNameConfig.builder()
        .domainName(name)
        .domainNameArn("arn:" + name)
        .certificateArn(certificate)
        .build();
  }

  private static final class FakeAppSync implements AppSyncClient {
    final List<List<DomainNameConfig>> pages = new ArrayList<>();
    final List<ListDomainNamesRequest> requests = new ArrayList<>();
    boolean denied;

    @Override
    public ListDomainNamesResponse listDomainNames(ListDomainNamesRequest request) {
      requests.add(request);
      if (denied) {
        throw iamError(403, "AccessDenied", "No");
      }
      int page = request.nextToken() == null ? 0 : Integer.parseInt(request.nextToken());
      return ListDomainNamesResponse.builder()
          .domainNameConfigs(pages.get(page))
          .nextToken(page + 1 < pages.size() ? String.valueOf(page + 1) : null)
          .build();
    }

    @Override
    public String serviceName() {
      return "appsync";
    }

    @Override
    public void close() {}
  }
}
