package io.github.certsweep.audit.replacement;

import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.audit.report.Replacement.Store;
import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.acm.AcmClient;
import software.amazon.awssdk.services.acm.model.CertificateStatus;
import software.amazon.awssdk.services.acm.model.CertificateSummary;
import software.amazon.awssdk.services.acm.model.KeyAlgorithm;
import software.amazon.awssdk.services.acm.model.ListCertificatesRequest;
import software.amazon.awssdk.services.acm.model.ListCertificatesResponse;

/** The certificates in AWS Certificate Manager that could replace one of IAM's. Thread-safe. */
public final class AcmCertificates {
  private static final AwsCall LIST = new AwsCall("acm:ListCertificates");
  private static final int PAGE_SIZE = 1000;

  private final Function<Region, AcmClient> clients;

  /** Of these clients: a new one for each region, which is closed after use. */
  public AcmCertificates(Function<Region, AcmClient> clients) {
    this.clients = clients;
  }

  public static AcmCertificates with(Clients clients) {
    return new AcmCertificates(region -> clients.forSearch(AcmClient.builder(), region));
  }

  /**
   * The issued certificates of a region that are valid now and still at {@code until}. Without a
   * filter ACM lists RSA keys of up to 2,048 bits only, so all types are named.
   *
   * @throws io.github.certsweep.aws.AwsCallException if they can't be listed
   */
  public List<Replacement> valid(String region, Instant now, Instant until, Deadline deadline) {
    ListCertificatesRequest.Builder request =
        ListCertificatesRequest.builder()
            .maxItems(PAGE_SIZE)
            .certificateStatuses(CertificateStatus.ISSUED)
            .includes(filters -> filters.keyTypes(List.copyOf(KeyAlgorithm.knownValues())));
    try (AcmClient client = clients.apply(Region.of(region))) {
      return LIST.make(
          deadline,
          limit -> {
            List<Replacement> valid = new ArrayList<>();
            for (ListCertificatesResponse page :
                client.listCertificatesPaginator(request.overrideConfiguration(limit).build())) {
              LIST.require(
                  page.hasCertificateSummaryList(), "The answer contains no list of certificates.");
              page.certificateSummaryList().stream()
                  .filter(one -> isValid(one, now, until))
                  .map(one -> replacement(one, region))
                  .forEach(valid::add);
            }
            return valid;
          });
    }
  }

  private static boolean isValid(CertificateSummary one, Instant now, Instant until) {
    return one.notAfter() != null
        && one.notBefore() != null
        && one.notAfter().isAfter(until)
        && !one.notBefore().isAfter(now);
  }

  /** ACM lists up to 100 names. One with more may replace less than it could, never more. */
  private static Replacement replacement(CertificateSummary one, String region) {
    Set<String> names = new LinkedHashSet<>(one.subjectAlternativeNameSummaries());
    if (names.isEmpty()) {
      names.add(one.domainName());
    }
    return new Replacement(
        Store.ACM,
        region,
        one.certificateArn(),
        one.certificateArn(),
        one.domainName(),
        one.notAfter(),
        String.valueOf(one.keyAlgorithmAsString()).replace('-', '_'),
        issuer(one),
        List.copyOf(names));
  }

  private static String issuer(CertificateSummary one) {
    return switch (one.type()) {
      case AMAZON_ISSUED -> Replacement.AMAZON;
      case PRIVATE -> Replacement.PRIVATE_CA;
      case null, default -> Replacement.UNKNOWN_ISSUER;
    };
  }
}
