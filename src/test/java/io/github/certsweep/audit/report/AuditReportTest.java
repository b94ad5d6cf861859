package io.github.certsweep.audit.report;

import static io.github.certsweep.audit.report.Audited.DENIED;
import static io.github.certsweep.audit.report.Audited.certificate;
import static io.github.certsweep.audit.report.Audited.listener;
import static io.github.certsweep.audit.report.Audited.report;
import static io.github.certsweep.audit.report.Audited.unknownUsage;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.certificate.ExpirationStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditReportTest {
  private final AuditedCertificate live = certificate("live", -10, listener("default"));
  private final AuditedCertificate unused = certificate("unused", -20);
  private final AuditedCertificate unclear =
      certificate("unclear", "/", Optional.of(NOW.minusSeconds(1)), Optional.of(unknownUsage()));
  private final AuditedCertificate endless =
      certificate("endless", "/", Optional.empty(), Optional.of(unknownUsage()));
  private final AuditedCertificate expiring = certificate("expiring", 20);
  private final AuditedCertificate valid = certificate("valid", 300);

  @Test
  void theWorstComesFirst() {
    assertThat(report(valid, expiring, unused, endless, unclear, live).certificates())
        .extracting(one -> one.certificate().name())
        .containsExactly("live", "unclear", "endless", "unused", "expiring", "valid");
  }

  @Test
  void usageThatIsNotKnownIsNeverNone() {
    assertThat(unclear.priority()).isEqualTo(Priority.EXPIRED_USAGE_UNKNOWN);
    assertThat(unclear.usageSummary()).isEqualTo("unknown");
    AuditedCertificate notSearched =
        certificate("x", "/", Optional.of(NOW.minusSeconds(1)), Optional.empty());
    assertThat(notSearched.priority()).isEqualTo(Priority.EXPIRED_USAGE_UNKNOWN);
    assertThat(notSearched.usageSummary()).isEqualTo("unknown");
    assertThat(unused.usageSummary()).isEqualTo("none");
    assertThat(live.usageSummary()).isEqualTo("1");
  }

  @Test
  void theExitCodeTellsWhatWasSeenAndWhetherAllWas() {
    assertThat(report(valid).exitCode()).isZero();
    assertThat(report(valid, expiring).exitCode()).isEqualTo(1);
    assertThat(report(List.of(DENIED), valid).exitCode()).isEqualTo(2);
    assertThat(report(List.of(DENIED), unclear).exitCode()).isEqualTo(3);
    assertThat(report(endless).exitCode()).isEqualTo(2);
    assertThat(report().exitCode()).isZero();
  }

  @Test
  void theVerdictTellsTheWorst() {
    assertThat(report(valid, live).verdict())
        .isEqualTo("1 expired certificate is still in use. Replace it now.");
    assertThat(report(live, certificate("two", -1, listener("SNI"))).verdict())
        .isEqualTo("2 expired certificates are still in use. Replace them now.");
    assertThat(report(unclear).verdict())
        .isEqualTo("1 certificate has expired. It is not known whether anything uses it.");
    assertThat(report(expiring, unused).verdict())
        .isEqualTo(
            "1 certificate expires within 30 days."
                + " 1 certificate has expired. Nothing uses it, so it can be deleted.");
    assertThat(report(expiring).verdict()).isEqualTo("1 certificate expires within 30 days.");
    assertThat(report(unused).verdict())
        .isEqualTo("1 certificate has expired. Nothing uses it, so it can be deleted.");
    assertThat(report(valid).verdict())
        .isEqualTo("No certificate has expired, and none expires within 30 days.");
    assertThat(report().verdict()).isEqualTo("This account has no server certificates in IAM.");
    assertThat(report(List.of(DENIED), valid).verdict())
        .endsWith(" Not everything could be checked, so there may be more.");
  }

  @Test
  void onlyWhatIsUrgentIsToDo() {
    assertThat(report(valid, expiring, live).toDo()).containsExactly(live, expiring);
  }

  @Test
  void daysAreNegativeAfterTheEnd() {
    assertThat(live.days()).contains(-10L);
    assertThat(expiring.days()).contains(20L);
    assertThat(endless.days()).isEmpty();
  }

  @Test
  void whatTheCallerChoseNotToSeeIsSaid() {
    AuditParameters narrow =
        new AuditParameters(30, "eu-west-1", List.of("eu-west-2"), List.of(), true, false);
    AuditReport report = with(narrow);
    assertThat(report.limits())
        .hasSize(2)
        .anySatisfy(limit -> assertThat(limit).contains("(--regions): eu-west-2."))
        .anySatisfy(limit -> assertThat(limit).contains("--no-details"));
    AuditParameters blind = new AuditParameters(30, "eu-west-1", List.of(), List.of(), false, true);
    assertThat(with(blind).limits()).singleElement().asString().contains("--no-usage");
    assertThat(report(valid).limits()).isEmpty();
  }

  @Test
  void theOptionsAskForTheSameAgain() {
    assertThat(
            new AuditParameters(
                    7,
                    "eu-west-1",
                    List.of("eu-west-2", "eu-west-3"),
                    List.of("appsync/mx-central-1"),
                    false,
                    false)
                .options())
        .isEqualTo(
            "--days 7 --region eu-west-1 --regions eu-west-2,eu-west-3"
                + " --usage-exceptions appsync/mx-central-1 --no-usage --no-details");
  }

  @Test
  void aWishForAnExceptionKeepsACertificate() {
    AuditedCertificate deletable =
        new AuditedCertificate(
            unused.judged(),
            unused.usage(),
            true,
            "Expired.",
            Optional.empty(),
            List.of(),
            List.of());
    CertificateDetails details = Audited.details("RSA_2048", "www");
    assertThat(deletable.with(details, List.of()).deletable()).isTrue();
    AuditedCertificate excepted =
        deletable.with(
            details, List.of(new Warning(Warning.Code.EXCEPTION, "Its tags ask for it.")));
    assertThat(excepted.deletable()).isFalse();
    assertThat(excepted.reason()).isEqualTo("Expired. Its tags ask for it.");
    assertThat(excepted.priority()).isEqualTo(Priority.EXPIRED_EXCEPTED);
    assertThat(report(excepted).verdict())
        .isEqualTo("1 expired certificate may have an exception. Do not delete it yet.");
    assertThat(report(excepted, excepted, unused, expiring).verdict())
        .isEqualTo(
            "1 certificate expires within 30 days."
                + " 1 certificate has expired. Nothing uses it, so it can be deleted."
                + " 2 expired certificates may have exceptions. Do not delete them yet.");
  }

  @Test
  void countsAddUp() {
    AuditReport report = report(valid, expiring, unused, endless, unclear, live);
    assertThat(report.count(ExpirationStatus.EXPIRED)).isEqualTo(3);
    assertThat(report.count(ExpirationStatus.VALID)).isEqualTo(1);
    assertThat(report.count(Priority.EXPIRED_IN_USE)).isEqualTo(1);
  }

  private AuditReport with(AuditParameters parameters) {
    AuditReport report = report(valid);
    return new AuditReport(
        report.origin(),
        report.account(),
        report.partition(),
        parameters,
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(valid),
        Optional.empty());
  }
}
