package io.github.certsweep.findings;

import static io.github.certsweep.fake.World.ACCOUNT;
import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.LeadTimes;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.CertificateTags;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.World;
import io.github.certsweep.usage.FakeUsage;
import io.github.certsweep.verdict.Judge;
import io.github.certsweep.verdict.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FindingTest {
  private static final String ARN = "arn:aws:iam::123456789012:server-certificate/www";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -1  | used    | CRITICAL      | Expired IAM server certificate, in use: www (expired 2026-11-22 UTC)
          -1  | unused  | LOW           | Expired IAM server certificate, not in use: www (expired 2026-11-22 UTC)
          -1  | failed  | HIGH          | Expired IAM server certificate, usage unknown: www (expired 2026-11-22 UTC)
          -1  | ignored | HIGH          | Expired IAM server certificate, usage unknown: www (expired 2026-11-22 UTC)
          6   | used    | HIGH          | Expiring IAM server certificate, in use: www (expires 2026-11-29 UTC)
          6   | ignored | HIGH          | Expiring IAM server certificate, usage unknown: www (expires 2026-11-29 UTC)
          6   | unused  | LOW           | Expiring IAM server certificate, not in use: www (expires 2026-11-29 UTC)
          7   | used    | MEDIUM        | Expiring IAM server certificate, in use: www (expires 2026-11-30 UTC)
          29  | failed  | MEDIUM        | Expiring IAM server certificate, usage unknown: www (expires 2026-12-22 UTC)
          300 | ignored | INFORMATIONAL | Valid IAM server certificate: www (until 2027-09-19 UTC)
          """)
  void severityAndTitleSayWhatItMeans(int days, String use, Severity severity, String title) {
    Finding finding = finding(verdict(Optional.of(NOW.plus(Duration.ofDays(days))), use));
    assertThat(finding.severity()).isEqualTo(severity);
    assertThat(finding.title()).isEqualTo(title);
    assertThat(finding.isCompliant()).isEqualTo(days == 300);
  }

  @Test
  void aCertificateWithoutAnExpirationIsNeitherUrgentNorFine() {
    Finding finding = finding(verdict(Optional.empty(), "used"));
    assertThat(finding.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(finding.title()).isEqualTo("IAM server certificate without a known expiration: www");
  }

  @Test
  void theIdIsMadeOfTheAccountAndTheCertificatesId() {
    Finding finding = finding(verdict(Optional.of(NOW.minusSeconds(1)), "used"));
    assertThat(finding.id()).isEqualTo("certsweep/123456789012/ASCA0123456789ABCDEF");
    assertThat(finding.certificateArn()).isEqualTo(ARN);
    assertThat(finding.description()).isEqualTo("annotation");
  }

  @Test
  void anExceptionInForceLowersItsSeverity() {
    Optional<Instant> yesterday = Optional.of(NOW.minus(Duration.ofDays(1)));
    String today = NOW.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    assertThat(excepted(yesterday, today).severity()).isEqualTo(Severity.LOW);
    assertThat(excepted(yesterday, "2020-01-01").severity()).isEqualTo(Severity.CRITICAL);
    assertThat(excepted(Optional.empty(), today).severity()).isEqualTo(Severity.MEDIUM);
  }

  private static Finding excepted(Optional<Instant> expiration, String until) {
    FakeIam iam = new FakeIam().with(World.valid("www")).excepted("www", until, "vendor migration");
    Judge judge =
        new Judge(
            FakeUsage.of(ARN).search(),
            Exemptions.read(new ExceptionLimit(30), new CertificateTags(() -> iam)),
            CLOCK);
    return finding(judged(judge, expiration, true));
  }

  @Test
  void goneIsSaidOnce() {
    Finding gone = finding(verdict(Optional.of(NOW.minusSeconds(1)), "used")).gone();
    assertThat(gone.description())
        .isEqualTo("No longer stored in IAM. Last known state: annotation");
    assertThat(gone.gone()).isEqualTo(gone);
  }

  @Test
  void whatSecurityHubWouldRefuseAsTooLongIsShortened() {
    Finding finding =
        new Finding("id", "t".repeat(257), "d".repeat(1025), Severity.LOW, ARN, Optional.empty());
    assertThat(finding.title()).hasSize(256).endsWith("...");
    assertThat(finding.description()).hasSize(1024).endsWith("...");
  }

  private static Finding finding(Verdict verdict) {
    return Finding.of(verdict, "annotation", ACCOUNT, Optional.empty());
  }

  private static Verdict verdict(Optional<Instant> expiration, String use) {
    FakeUsage usage =
        switch (use) {
          case "used" -> FakeUsage.of(ARN);
          case "failed" -> FakeUsage.denied();
          default -> FakeUsage.of();
        };
    return judged(new Judge(usage.search(), CLOCK), expiration, !use.equals("ignored"));
  }

  private static Verdict judged(Judge judge, Optional<Instant> expiration, boolean checksUsage) {
    ServerCertificate certificate =
        new ServerCertificate("www", "ASCA0123456789ABCDEF", ARN, "/", NOW, expiration);
    return judge
        .judgeAll(
            List.of(certificate), LeadTimes.ofAll(30), checksUsage, Deadline.in(60_000, CLOCK))
        .all()
        .getFirst();
  }
}
