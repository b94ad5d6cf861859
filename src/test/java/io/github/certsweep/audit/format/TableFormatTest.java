package io.github.certsweep.audit.format;

import static io.github.certsweep.audit.format.ReadBack.written;
import static io.github.certsweep.fake.ExampleReport.certificate;
import static io.github.certsweep.fake.ExampleReport.unused;
import static io.github.certsweep.fake.ExampleReport.used;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.fake.ExampleReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableFormatTest {
  private static String plain(AuditReport report) {
    return written(new TableFormat(false, 100), report);
  }

  private static AuditReport report() {
    return ExampleReport.of(
        NOW,
        ExampleReport.PARAMETERS,
        List.of(ExampleReport.UNCHECKED),
        ExampleReport.withEverything(),
        certificate("soon", 10, used()),
        certificate("old", -30, unused()),
        certificate("valid", 300, unused()),
        ExampleReport.withoutExpiration("endless"));
  }

  @Test
  void showsWhatToDoBeforeAllCertificates() {
    assertThat(plain(report()))
        .isEqualTo(
            """
            1 expired certificate is still in use. Replace it now. Not everything could be checked, so there may be more.
            Account 123456789012 (aws), 2026-11-23T12:00:00Z, lead time 30 days. 5 of 20 certificates used.

            Not checked
              eu-west-3 appsync: AccessDenied: not authorized. Grant it.

            What to do, most urgent first
            1. Replace now: =www (Expired 2026-11-22T12:00:00Z, 1 day ago)
                Expired and in use: clients that check certificates refuse to connect.
                Used by ALB listener eu-west-1 app/prod:443 (SNI):
                  Replacement: www.example.org (ACM, valid until 2027-06-11T12:00:00Z, issuer: Amazon).
                  Clients see it at once.
                  $ aws elbv2 add-listener-certificates ...
            2. Check the expiration yourself: endless (IAM gives no expiration for this certificate, so it can't be told whether it has expired)
                IAM gives no expiration, so it can't be told whether it has expired.
            3. Replace before it expires: soon (Expires 2026-12-03T12:00:00Z, in 10 days; limit 30 days)
                Expires within the lead time, and in use.
                Used by ALB listener eu-west-1 app/prod:443 (SNI).
            4. Delete: old (Expired 2026-10-24T12:00:00Z, 30 days ago)
                Expired, and nothing uses it.

            All certificates
            STATUS    EXPIRES      DAYS  USERS    NAME
            EXPIRED   2026-11-22     -1  1        =www
            UNKNOWN   unknown            none     endless
            EXPIRING  2026-12-03     10  1        soon
            EXPIRED   2026-10-24    -30  none     old
            VALID     2027-09-19    300  none     valid

            Warnings about keys and chains
              =www: The chain has expired.
            """);
  }

  @Test
  void saysTheSameInColor() {
    String colored = written(new TableFormat(true, 100), report());
    assertThat(colored).contains("\u001b[31mEXPIRED   \u001b[0m", "\u001b[33mEXPIRING  \u001b[0m");
    assertThat(colored.replaceAll("\u001b\\[[0-9]+m", "")).isEqualTo(plain(report()));
  }

  @Test
  void anAccountWithoutCertificatesHasNoTable() {
    assertThat(plain(ExampleReport.of()))
        .isEqualTo(
            """
            This account has no server certificates in IAM.
            Account 123456789012 (aws), 2026-11-23T12:00:00Z, lead time 30 days. 0 of 20 certificates used.
            """);
  }

  @Test
  void saysWhatTheCallerLeftOut() {
    AuditParameters little = new AuditParameters(7, "us-east-1", List.of(), List.of(), false, true);
    assertThat(plain(ExampleReport.of(NOW, little, List.of(), certificate("www", 300, unused()))))
        .contains("lead time 7 days", "Users of the certificates were not searched for");
  }

  @Test
  void showsWhatIsNewAndGoneSinceAnEarlierReport() {
    Finding added = new Finding("soon", "ASCA1", NOW, "EXPIRING");
    Comparison comparison =
        new Comparison(NOW.minusSeconds(86_400), List.of(added), List.of(), List.of());
    AuditReport report =
        ExampleReport.of(certificate("soon", 10, used()))
            .comparedWith(comparison, List.of("Note."));
    assertThat(plain(report))
        .contains(
            "Note.",
            "Since 2026-11-22T12:00:00Z",
            "  New: 1\n    soon (ASCA1), since 2026-11-23T12:00:00Z: EXPIRING\n  Gone: none\n");
  }

  @Test
  void aNameCanNotMoveTheCursorOrForgeALine() {
    AuditReport report =
        ExampleReport.of(certificate("evil\n\u001b[2JNothing has expired", -1, used()));
    assertThat(plain(report)).doesNotContain("\u001b").doesNotContain("\nNothing has expired");
  }
}
