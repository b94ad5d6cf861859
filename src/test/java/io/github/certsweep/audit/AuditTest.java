package io.github.certsweep.audit;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.audit.replacement.AcmCertificates;
import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.audit.report.Quota;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.FakeSts;
import io.github.certsweep.fake.World;
import io.github.certsweep.fake.X509;
import io.github.certsweep.usage.FakeUsage;
import io.github.certsweep.usage.UncheckedPlace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.acm.AcmClient;
import software.amazon.awssdk.services.acm.model.ListCertificatesRequest;
import software.amazon.awssdk.services.acm.model.ListCertificatesResponse;

class AuditTest {
  private static final AuditParameters ALL = parameters(true, true);

  private final FakeIam iam = new FakeIam();
  private final List<String> progress = new ArrayList<>();
  private final List<String> acmRegions = new ArrayList<>();
  private FakeUsage usage = FakeUsage.of();

  private static AuditParameters parameters(boolean usage, boolean details) {
    return new AuditParameters(30, "eu-west-1", List.of(), List.of(), usage, details);
  }

  private AuditReport report(AuditParameters parameters) throws InterruptedException {
    return new Audit(
            new AccountCalls(iam, new FakeSts()),
            new IamCertificateStore(iam),
            usage.search(),
            new AcmCertificates(region -> {
              acmRegions.add(region.id());
              return new DenyingAcm();
            }),
            new Build("1.0.0", "35fa8b2"),
            CLOCK,
            progress::add)
        .run(parameters, Deadline.in(60_000, CLOCK));
  }

  private void store(String name, int days) {
    Instant end = NOW.plus(Duration.ofDays(days));
    String body = X509.named(name).until(end.toString()).make().pem();
    iam.with(World.certificate(name, end)).withBody(name, body, "");
  }

  private static final class DenyingAcm implements AcmClient {
    @Override
    public ListCertificatesResponse listCertificates(ListCertificatesRequest request) {
      throw World.iamError(403, "AccessDenied", "No");
    }

    @Override
    public String serviceName() {
      return "acm";
    }

    @Override
    public void close() {}
  }

  @Test
  void theReportNamesTheAccountAndItsCertificatesTheWorstFirst() throws InterruptedException {
    store("valid", 100);
    store("old", -10);
    AuditReport report = report(ALL);
    assertThat(report.account()).isEqualTo(World.ACCOUNT);
    assertThat(report.partition()).isEqualTo("aws");
    assertThat(report.origin().caller()).isEqualTo(FakeSts.AUDITOR);
    assertThat(report.quota()).contains(new Quota(2, 20));
    assertThat(report.certificates())
        .extracting(one -> one.certificate().name() + " " + one.status())
        .containsExactly("old EXPIRED", "valid VALID");
    assertThat(report.certificates()).allMatch(one -> one.details().isPresent());
    assertThat(report.complete()).isTrue();
    assertThat(progress).contains("Listing the certificates");
  }

  @Test
  void ifNoneIsListedAUserOfOneIsToldAllTheSame() throws InterruptedException {
    usage = FakeUsage.byListener("arn:aws:iam::123456789012:server-certificate/not-listed");
    AuditReport report = report(ALL);
    assertThat(report.certificates()).isEmpty();
    assertThat(report.notes())
        .singleElement()
        .asString()
        .startsWith("ALB listener refers to arn:")
        .contains("server-certificate/not-listed, which IAM does not list.");
  }

  @Test
  void whoDoesNotAskForUsersAndDetailsGetsNone() throws InterruptedException {
    store("old", -10);
    AuditReport report = report(parameters(false, false));
    assertThat(usage.searches()).isZero();
    assertThat(iam.reads).isEmpty();
    assertThat(report.limits()).hasSize(2);
    assertThat(report.certificates())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.status()).isEqualTo(ExpirationStatus.EXPIRED);
          assertThat(one.usage()).isEmpty();
          assertThat(one.deletable()).isFalse();
        });
  }

  @Test
  void whoDoesNotAskForDetailsIsNotToldToDelete() throws InterruptedException {
    store("old", -10);
    assertThat(report(parameters(true, false)).certificates())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.priority()).isEqualTo(Priority.EXPIRED_EXCEPTED);
          assertThat(one.reason())
              .endsWith(
                  "Not in use. Its tags were not read (--no-details). They may ask for an exception.");
        });
  }

  @Test
  void aPlaceThatWasNotSearchedIsTold() throws InterruptedException {
    store("old", -10);
    usage = FakeUsage.denied();
    AuditReport report = report(ALL);
    assertThat(report.unchecked()).extracting(UncheckedPlace::service).containsExactly("fake");
    assertThat(report.certificates()).noneMatch(one -> one.deletable());
  }

  @Test
  void whatCouldNotBeReadMayHaveAnExceptionAndIsNotToBeDeleted() throws InterruptedException {
    store("old", -10);
    iam.beforeRead(
        1,
        () -> {
          throw World.iamError(403, "AccessDenied", "No");
        });
    AuditReport report = report(ALL);
    assertThat(report.certificates())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.deletable()).isFalse();
          assertThat(one.priority()).isEqualTo(Priority.EXPIRED_EXCEPTED);
          assertThat(one.reason())
              .endsWith(" Its tags could not be read. They may ask for an exception.");
        });
    assertThat(report.verdict())
        .isEqualTo(
            "1 expired certificate may have an exception. Do not delete it yet."
                + " Not everything could be checked, so there may be more.");
  }

  @Test
  void aQuotaThatIsNotToldIsToldAsUnchecked() throws InterruptedException {
    store("www", 100);
    iam.summingUpBy(() -> {
      throw World.iamError(403, "AccessDenied", "No");
    });
    AuditReport report = report(ALL);
    assertThat(report.quota()).isEmpty();
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(place -> assertThat(place.error()).startsWith("Quota: iam:GetAccountSummary"));
  }

  @Test
  void replacementsThatCouldNotBeListedAreTold() throws InterruptedException {
    store("old", -10);
    usage = FakeUsage.byListener("arn:aws:iam::123456789012:server-certificate/old");
    AuditReport report = report(ALL);
    assertThat(acmRegions).containsExactly("eu-west-1");
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(place -> assertThat(place.error()).startsWith("Replacements: acm:List"));
  }

  @Test
  void withoutTheListingThereIsNoReport() {
    iam.answeringCall(
        1,
        () -> {
          throw World.iamError(403, "AccessDenied", "No");
        });
    assertThatThrownBy(() -> report(ALL))
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("iam:ListServerCertificates");
  }
}
