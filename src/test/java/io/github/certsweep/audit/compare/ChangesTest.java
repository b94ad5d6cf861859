package io.github.certsweep.audit.compare;

import static io.github.certsweep.fake.ExampleReport.PARAMETERS;
import static io.github.certsweep.fake.ExampleReport.certificate;
import static io.github.certsweep.fake.ExampleReport.unclear;
import static io.github.certsweep.fake.ExampleReport.unused;
import static io.github.certsweep.fake.ExampleReport.used;
import static io.github.certsweep.fake.ExampleReport.withoutExpiration;
import static io.github.certsweep.fake.World.ACCOUNT;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.fake.ExampleReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangesTest {
  private static final Instant BEFORE = NOW.minus(Duration.ofDays(7));
  private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(90));
  private static final String ID = "ASCA00000000000001";

  @Test
  void aCertificateThatIsFlaggedInBothIsFlaggedSinceTheFirstOfTheRow() {
    Comparison changes =
        changes(List.of(flagged(ExpirationStatus.EXPIRED)), certificate("www", ID, -9, used()));
    assertThat(changes.still())
        .containsExactly(new Finding("www", ID, LONG_AGO, "expired, in use by 1"));
    assertThat(changes.added()).isEmpty();
    assertThat(changes.gone()).isEmpty();
    assertThat(changes.earlier()).isEqualTo(BEFORE);
  }

  @Test
  void aCertificateIsKnownByItsIdUnderAnotherName() {
    Comparison changes =
        changes(List.of(flagged(ExpirationStatus.EXPIRED)), certificate("new", ID, -9, unused()));
    assertThat(changes.still())
        .containsExactly(new Finding("new", ID, LONG_AGO, "expired, not in use; was called www"));
  }

  @Test
  void aCertificateThatHasExpiredMeanwhileIsStillFlagged() {
    Comparison changes =
        changes(List.of(flagged(ExpirationStatus.EXPIRING)), certificate("www", ID, -1, unclear()));
    assertThat(changes.still())
        .extracting(Finding::what)
        .containsExactly("expired, usage unknown; was expiring");
  }

  @Test
  void aCertificateThatWasValidIsNew() {
    Comparison changes =
        changes(List.of(notFlagged(ExpirationStatus.VALID)), certificate("www", ID, -1, used()));
    assertThat(changes.added())
        .containsExactly(new Finding("www", ID, NOW, "expired, in use by 1; was valid"));
    assertThat(changes.still()).isEmpty();
  }

  @Test
  void aCertificateThatWasUploadedSinceIsNewForThatReason() {
    AuditedCertificate old = certificate("www", ID, -1, used());
    EarlierReport beforeItsUpload =
        new EarlierReport(
            "old.json",
            ACCOUNT,
            "aws",
            old.certificate().uploaded().minusSeconds(1),
            PARAMETERS,
            0,
            List.of());
    assertThat(new Changes(beforeItsUpload, ExampleReport.of(old)).comparison().added())
        .extracting(Finding::what)
        .containsExactly("expired, in use by 1; uploaded since");
  }

  @Test
  void aCertificateWithAnotherNameIsNoSuccessor() {
    Comparison changes =
        changes(
            List.of(flagged(ExpirationStatus.EXPIRED)),
            certificate("other", "ASCA00000000000002", 99, used()));
    assertThat(changes.gone()).extracting(Finding::what).containsExactly("deleted");
  }

  @Test
  void aCertificateThatHadNoExpirationIsNew() {
    Comparison changes =
        changes(List.of(notFlagged(ExpirationStatus.UNKNOWN)), certificate("www", ID, -1, used()));
    assertThat(changes.added())
        .extracting(Finding::what)
        .containsExactly("expired, in use by 1; IAM gave no expiration before");
  }

  @Test
  void aCertificateThatTheEarlierReportLacksIsNew() {
    assertThat(changes(List.of(), certificate("www", ID, 9, used())).added())
        .containsExactly(
            new Finding("www", ID, NOW, "expiring, in use by 1; not in the earlier report"));
  }

  @Test
  void aCertificateThatOnlyALongerLeadTimeFlagsIsNewForThatReason() {
    EarlierReport earlier = earlier(10, List.of(notFlagged(ExpirationStatus.VALID)));
    Comparison changes =
        new Changes(earlier, ExampleReport.of(certificate("www", ID, 20, used()))).comparison();
    assertThat(changes.added())
        .extracting(Finding::what)
        .containsExactly(
            "expiring, in use by 1; flagged because of the lead time: 30 days now, 10 before");
  }

  @Test
  void aCertificateThatIamNoLongerHasWasDeleted() {
    assertThat(changes(List.of(flagged(ExpirationStatus.EXPIRED))).gone())
        .containsExactly(new Finding("www", ID, LONG_AGO, "deleted"));
  }

  @Test
  void aCertificateWhoseNameBelongsToAValidOneWasRenewed() {
    Comparison changes =
        changes(
            List.of(flagged(ExpirationStatus.EXPIRED)),
            certificate("WWW", "ASCA00000000000002", 99, used()));
    assertThat(changes.gone())
        .extracting(Finding::what)
        .containsExactly(
            "renewed under the same name: ASCA00000000000002 is valid until"
                + " 2027-03-02T12:00:00Z");
    assertThat(changes.still()).isEmpty();
  }

  @Test
  void aCertificateWhoseNameBelongsToOneThatHasExpiredTooWasNotRenewed() {
    Comparison changes =
        changes(
            List.of(flagged(ExpirationStatus.EXPIRED)),
            certificate("www", "ASCA00000000000002", -1, used()));
    assertThat(changes.gone())
        .extracting(Finding::what)
        .containsExactly(
            "deleted, but its name now belongs to ASCA00000000000002, which is expired");
    assertThat(changes.added()).extracting(Finding::id).containsExactly("ASCA00000000000002");
  }

  @Test
  void aCertificateThatHasLostItsExpirationIsNotSolved() {
    AuditedCertificate lost = certificate("www", ID, Optional.empty(), 30, used());
    assertThat(changes(List.of(flagged(ExpirationStatus.EXPIRED)), lost).gone())
        .extracting(Finding::what)
        .containsExactly("not solved: IAM no longer gives its expiration");
    AuditedCertificate successor = withoutExpiration("www");
    assertThat(changes(List.of(flagged(ExpirationStatus.EXPIRED)), successor).gone())
        .extracting(Finding::what)
        .containsExactly(
            "deleted, but its name now belongs to ASCA0000000000-www, whose expiration is"
                + " unknown");
  }

  @Test
  void aShorterLeadTimeIsGivenAsTheReason() {
    EarlierReport earlier = earlier(60, List.of(flagged(ExpirationStatus.EXPIRING)));
    Comparison changes =
        new Changes(earlier, ExampleReport.of(certificate("www", ID, 45, used()))).comparison();
    assertThat(changes.gone())
        .extracting(Finding::what)
        .containsExactly("no longer flagged because of the lead time: 30 days now, 60 before");
  }

  @Test
  void whatIamNowSaysOtherwiseIsQuoted() {
    assertThat(
            changes(List.of(flagged(ExpirationStatus.EXPIRED)), certificate("www", ID, 99, used()))
                .gone())
        .extracting(Finding::what)
        .containsExactly("no longer flagged: IAM says that it is valid until 2027-03-02T12:00:00Z");
  }

  private static Comparison changes(
      List<EarlierCertificate> before, AuditedCertificate... present) {
    return new Changes(earlier(30, before), ExampleReport.of(present)).comparison();
  }

  private static EarlierReport earlier(int days, List<EarlierCertificate> certificates) {
    AuditParameters parameters =
        new AuditParameters(days, PARAMETERS.region(), List.of(), List.of(), true, true);
    return new EarlierReport("old.json", ACCOUNT, "aws", BEFORE, parameters, 0, certificates);
  }

  private static EarlierCertificate flagged(ExpirationStatus status) {
    return new EarlierCertificate("www", ID, status, Optional.of(LONG_AGO));
  }

  private static EarlierCertificate notFlagged(ExpirationStatus status) {
    return new EarlierCertificate("www", ID, status, Optional.empty());
  }
}
