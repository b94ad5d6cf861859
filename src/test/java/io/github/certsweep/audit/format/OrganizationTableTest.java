package io.github.certsweep.audit.format;

import static io.github.certsweep.fake.AnOrganization.flagged;
import static io.github.certsweep.fake.AnOrganization.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.fake.AnOrganization;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrganizationTableTest {
  @Test
  void showsWhoIsFlaggedAndWhoIsMissing() throws IOException {
    assertThat(written(new OrganizationTable(false, 100)))
        .isEqualTo(
            """
            1 expired certificate is still in use. Replace it now. 1 certificate is flagged in 1 account. 2 accounts are missing or out of date. Not everything could be checked, so there may be more.
            Aggregator all-accounts in eu-west-1, rule iam-server-certificate-expiration, 2026-11-23T12:00:00Z.
            Accounts with results: 2 (expected: 3).

            Not checked
              Whose results are out of date: config:Describe failed: AccessDenied: No.
            1 account of the organization is suspended.

            Flagged accounts, worst first
            111111111111 payments, eu-west-1, results from: 9 hours ago
                Replace now: www
                  Expired 2018-07-10T23:59:59Z (id ASCA1). In use by 1: CloudFront E2AB.

            Missing or out of date
              The aggregator has only old data of this account.
                222222222222 tidy, eu-west-1. eu-west-1: (last update 2026-11-01T00:00:00Z)
              The rule has no results here: it is not deployed, has never run, or always fails.
                333333333333

            All accounts with results
            ACCOUNT       REGION          COMPLIANCE         FLAGGED  RESULTS FROM           NAME
            111111111111  eu-west-1       NON_COMPLIANT      1        9 hours ago            payments
            222222222222  eu-west-1       COMPLIANT                   not asked, out of date tidy
            """);
  }

  @Test
  void saysTheSameInColor() throws IOException {
    String plain = written(new OrganizationTable(false, 100));
    String colored = written(new OrganizationTable(true, 100));
    assertThat(colored).contains("\u001b[31mReplace now\u001b[0m").isNotEqualTo(plain);
    assertThat(colored.replaceAll("\u001b\\[[0-9]+m", "")).isEqualTo(plain);
  }

  @Test
  void aNameCanNotMoveTheCursorOrForgeALine() throws IOException {
    StringBuilder out = new StringBuilder();
    new OrganizationTable(false, 100)
        .write(
            report(
                List.of(
                    flagged("111111111111", "evil\n\u001b[2JNothing is flagged", "a\r\u001b[1Ab"))),
            out);
    assertThat(out).doesNotContain("\u001b", "\r").contains("evil [2JNothing is flagged");
  }

  @Test
  void saysThatTheNumberOfFlaggedOnesIsUnknown() throws IOException {
    StringBuilder out = new StringBuilder();
    new OrganizationTable(false, 100)
        .write(report(List.of(AnOrganization.unreadable("111111111111"))), out);
    assertThat(out)
        .contains("could not be read, not in the organization")
        .contains("NON_COMPLIANT      unknown  could not be read")
        .contains("Certificates are flagged in 1 account.");
  }

  private static String written(OrganizationTable format) throws IOException {
    StringBuilder out = new StringBuilder();
    format.write(AnOrganization.typical(), out);
    return out.toString();
  }
}
