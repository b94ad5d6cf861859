package io.github.certsweep.certificate;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.fake.FakeIam;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesResponse;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

class IamCertificateStoreTest {
  private final FakeIam iam = new FakeIam();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 101, 1000})
  void everyCertificateOfEveryPageIsListedOnce(int count) {
    iam.with(certificates(count));
    assertThat(list())
        .extracting(ServerCertificate::name)
        .containsExactlyElementsOf(IntStream.range(0, count).mapToObj(i -> "c" + i).toList());
    assertThat(iam.requests).hasSize(Math.max(1, (count + 99) / 100));
  }

  @Test
  void asksForTheLargestPageAndFollowsTheMarkers() {
    iam.with(certificates(5)).pagesOf(2);
    list();
    assertThat(iam.requests).extracting(ListServerCertificatesRequest::maxItems).containsOnly(1000);
    assertThat(iam.requests)
        .extracting(ListServerCertificatesRequest::marker)
        .containsExactly(null, "2", "4");
  }

  @Test
  void aCertificateThatMovesBetweenPagesCountsOnce() {
    iam.with(valid("a"), valid("b"), valid("a")).pagesOf(2);
    assertThat(list()).extracting(ServerCertificate::name).containsExactly("a", "b");
  }

  @Test
  void metadataIsKeptAsIamGivesIt() {
    String path = "/" + "p".repeat(510) + "/";
    String name = "+=,.@-_" + "n".repeat(121);
    iam.with(
        ServerCertificateMetadata.builder()
            .serverCertificateName(name)
            .serverCertificateId("ASCAEXAMPLE")
            .arn("arn:aws-cn:iam::123456789012:server-certificate" + path + name)
            .path(path)
            .uploadDate(NOW.minusSeconds(9))
            .expiration(NOW)
            .build());
    assertThat(list())
        .containsExactly(
            new ServerCertificate(
                name,
                "ASCAEXAMPLE",
                "arn:aws-cn:iam::123456789012:server-certificate" + path + name,
                path,
                NOW.minusSeconds(9),
                Optional.of(NOW)));
  }

  @Test
  void expirationIsOptional() {
    iam.with(valid("a").toBuilder().expiration(null).build());
    assertThat(list())
        .singleElement()
        .extracting(ServerCertificate::expiration)
        .isEqualTo(Optional.empty());
  }

  @Test
  void aFailureOnALaterPageIsNeverAShortListing() {
    iam.with(certificates(300))
        .answeringCall(
            2,
            () -> {
              throw iamError(
                  403, "AccessDenied", "Not authorized to perform: iam:ListServerCertificates");
            });
    assertThatThrownBy(this::list)
        .isInstanceOf(AwsCallException.class)
        .hasMessageStartingWith("iam:ListServerCertificates failed: AccessDenied: Not authorized");
  }

  @Test
  void anAnswerThatDoesNotSayWhetherItIsCompleteIsRefused() {
    iam.answeringCall(1, () -> ListServerCertificatesResponse.builder().build());
    assertThatThrownBy(this::list)
        .hasMessageContaining("does not say whether the listing is complete");
  }

  @Test
  void aPageThatDoesNotSayWhereTheNextStartsIsRefused() {
    iam.answeringCall(1, () -> ListServerCertificatesResponse.builder().isTruncated(true).build());
    assertThatThrownBy(this::list).hasMessageContaining("did not say where it starts");
  }

  @Test
  void aMarkerThatLeadsInACircleIsRefused() {
    iam.answeringCall(
        1, () -> ListServerCertificatesResponse.builder().isTruncated(true).marker("m").build());
    iam.answeringCall(
        2, () -> ListServerCertificatesResponse.builder().isTruncated(true).marker("m").build());
    assertThatThrownBy(this::list).hasMessageContaining("did not say where it starts");
    assertThat(iam.requests).hasSize(2);
  }

  @Test
  void aCertificateWithoutNameIsRefused() {
    iam.with(valid("a").toBuilder().serverCertificateName(null).build());
    assertThatThrownBy(this::list).hasMessageContaining("has no ServerCertificateName");
  }

  @Test
  void eachCallIsTimedByWhatIsLeft() {
    iam.with(valid("a"));
    new IamCertificateStore(iam).listAll(Deadline.in(7_000, CLOCK));
    assertThat(iam.requests.getFirst().overrideConfiguration().orElseThrow().apiCallTimeout())
        .contains(Duration.ofSeconds(5));
  }

  private List<ServerCertificate> list() {
    return new IamCertificateStore(iam).listAll(Deadline.in(60_000, CLOCK));
  }

  private static ServerCertificateMetadata[] certificates(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> valid("c" + i))
        .toArray(ServerCertificateMetadata[]::new);
  }
}
