package io.github.certsweep.audit.replacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.fake.World;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.acm.AcmClient;
import software.amazon.awssdk.services.acm.model.CertificateStatus;
import software.amazon.awssdk.services.acm.model.CertificateSummary;
import software.amazon.awssdk.services.acm.model.KeyAlgorithm;
import software.amazon.awssdk.services.acm.model.ListCertificatesRequest;
import software.amazon.awssdk.services.acm.model.ListCertificatesResponse;

class AcmCertificatesTest {
  private static final Instant NOW = Instant.parse("2026-11-27T00:00:00Z");
  private static final Instant UNTIL = Instant.parse("2026-12-27T00:00:00Z");
  private static final Deadline DEADLINE = Deadline.in(60_000, Clock.fixed(NOW, ZoneOffset.UTC));

  private final FakeAcm acm = new FakeAcm();

  private List<Replacement> valid() {
    return new AcmCertificates(region -> acm).valid("eu-west-1", NOW, UNTIL, DEADLINE);
  }

  private static CertificateSummary.Builder summary(String name) {
    return CertificateSummary.builder()
        .certificateArn("arn:acm:" + name)
        .domainName(name)
        .subjectAlternativeNameSummaries(name)
        .keyAlgorithm("EC-prime256v1")
        .notBefore(NOW.minusSeconds(60))
        .notAfter(UNTIL.plusSeconds(1));
  }

  private static ListCertificatesResponse page(CertificateSummary.Builder... all) {
    return ListCertificatesResponse.builder()
        .certificateSummaryList(List.of(all).stream().map(one -> one.build()).toList())
        .build();
  }

  @Test
  void issuedCertificatesOfAllKeyTypesAreAskedFor() {
    acm.pages.add(page());
    assertThat(valid()).isEmpty();
    assertThat(acm.requests)
        .singleElement()
        .satisfies(request -> {
          assertThat(request.certificateStatuses()).containsExactly(CertificateStatus.ISSUED);
          assertThat(request.includes().keyTypes())
              .containsExactlyInAnyOrderElementsOf(KeyAlgorithm.knownValues());
        });
  }

  @Test
  void aCertificateIsReadAsAReplacement() {
    acm.pages.add(page(summary("a").subjectAlternativeNameSummaries("a", "b")));
    assertThat(valid())
        .containsExactly(
            new Replacement(
                Replacement.Store.ACM,
                "eu-west-1",
                "arn:acm:a",
                "arn:acm:a",
                "a",
                UNTIL.plusSeconds(1),
                "EC_prime256v1",
                Replacement.UNKNOWN_ISSUER,
                List.of("a", "b")));
  }

  @ParameterizedTest
  @CsvSource({
    "AMAZON_ISSUED, Amazon",
    "PRIVATE, AWS Private CA",
    "IMPORTED, unknown",
    "OF_ANOTHER_YEAR, unknown"
  })
  void theTypeTellsWhoIssuedIt(String type, String issuer) {
    acm.pages.add(page(summary("a").type(type)));
    assertThat(valid()).extracting(Replacement::issuer).containsExactly(issuer);
  }

  @Test
  void allPagesAreRead() {
    acm.pages.add(page(summary("a")).toBuilder().nextToken("1").build());
    acm.pages.add(page(summary("b")));
    assertThat(valid()).extracting(Replacement::label).containsExactly("a", "b");
  }

  @Test
  void whatIsNotValidYetOrNotLongEnoughOrHasNoDatesIsLeftOut() {
    acm.pages.add(
        page(
            summary("ends").notAfter(UNTIL),
            summary("begins").notBefore(NOW.plusSeconds(1)),
            summary("endless").notAfter(null),
            summary("good")));
    assertThat(valid()).extracting(Replacement::label).containsExactly("good");
  }

  @Test
  void anAnswerWithoutAListIsNotTakenForEmpty() {
    acm.pages.add(ListCertificatesResponse.builder().build());
    assertThatThrownBy(this::valid)
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("The answer contains no list of certificates.");
  }

  @Test
  void aRefusalIsPassedOn() {
    assertThatThrownBy(this::valid)
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("acm:ListCertificates failed: AccessDenied");
  }

  private static final class FakeAcm implements AcmClient {
    final List<ListCertificatesResponse> pages = new ArrayList<>();
    final List<ListCertificatesRequest> requests = new ArrayList<>();

    @Override
    public ListCertificatesResponse listCertificates(ListCertificatesRequest request) {
      requests.add(request);
      if (pages.isEmpty()) {
        throw World.iamError(400, "AccessDenied", "No");
      }
      return pages.removeFirst();
    }

    @Override
    public String serviceName() {
      return "acm";
    }

    @Override
    public void close() {}
  }
}
