package io.github.certsweep.audit.format;

import static io.github.certsweep.audit.format.ReadBack.records;
import static io.github.certsweep.audit.format.ReadBack.rows;
import static io.github.certsweep.audit.format.ReadBack.written;
import static io.github.certsweep.fake.ExampleReport.certificate;
import static io.github.certsweep.fake.ExampleReport.unclear;
import static io.github.certsweep.fake.ExampleReport.unused;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.fake.ExampleReport;
import io.github.certsweep.usage.CertificateUsage;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvFormatTest {
  @Test
  void theHeaderNamesTheColumnsAndLinesEndAsRfc4180Says() {
    assertThat(written(new CsvFormat(), ExampleReport.of()))
        .isEqualTo(String.join(",", CsvFormat.COLUMNS) + "\r\n");
  }

  @Test
  void whatWasNotCheckedHasRowsOfItsOwnAboveTheCertificates() {
    CSVRecord first = rows(ExampleReport.full()).getFirst();
    assertThat(first.get("record")).isEqualTo("not-checked");
    assertThat(first.get("service")).isEqualTo("appsync");
    assertThat(first.get("region")).isEqualTo("eu-west-3");
    assertThat(first.get("reason")).isEqualTo("AccessDenied: not authorized. Grant it.");
    assertThat(records(ExampleReport.full(), "certificate")).hasSize(12);
  }

  @Test
  void aRowHasEverythingInItsColumn() {
    assertThat(written(new CsvFormat(), ExampleReport.of(ExampleReport.withEverything())))
        .endsWith(
            "\r\ncertificate,EXPIRED,EXPIRED_IN_USE,Replace now,'=www,2026-11-22T12:00:00Z,-1,"
                + "IN_USE,1,ALB listener eu-west-1 app/prod:443 (SNI),false,"
                + "\"Expired 2026-11-22T12:00:00Z, 1 day ago.\",ASCA0000000000-=www,"
                + "arn:aws:iam::123456789012:server-certificate/=www,/,2015-12-11T12:00:00Z,"
                + "2026-11-23T12:00:00Z,www.example.org; example.org,CN=www.example.org,"
                + "CN=Example CA,0a1b,2025-10-19T12:00:00Z,RSA_2048,SHA256withRSA,"
                + "ab".repeat(32)
                + ",CHAIN_EXPIRED: The chain has expired.,"
                + "arn:aws:acm:eu-west-1:123456789012:certificate/b7e6a7f5,,,,123456789012,"
                + "2026-11-23T12:00:00Z\r\n");
  }

  @Test
  void whatTheCallerDidNotAskForHasRowsToo() {
    AuditParameters little =
        new AuditParameters(30, "us-east-1", List.of(), List.of(), false, false);
    assertThat(rows(ExampleReport.of(NOW, little, List.of())))
        .extracting(row -> row.get("record"))
        .containsExactly("not-asked", "not-asked");
  }

  @Test
  void aPlaceThatTheCallerExceptedHasARowToo() {
    CertificateUsage usage =
        new CertificateUsage(List.of(), List.of(), List.of(ExampleReport.UNCHECKED), List.of(), 68);
    assertThat(rows(ExampleReport.of(certificate("a", -1, Optional.of(usage)))))
        .extracting(row -> row.get("record"))
        .containsExactly("forgiven", "certificate");
  }

  @Test
  void daysAreANumberAndNamesAreText() {
    CSVRecord row = rows(ExampleReport.of(certificate("-3057", -3057, unused()))).getFirst();
    assertThat(row.get("days")).isEqualTo("-3057");
    assertThat(row.get("name")).isEqualTo("'-3057");
  }

  @Test
  void noneIsANumberOnlyIfItIsKnown() {
    assertThat(rows(ExampleReport.of(certificate("a", -1, unused()))).getFirst().get("users"))
        .isEqualTo("0");
    assertThat(rows(ExampleReport.of(certificate("a", -1, unclear()))).getFirst().get("users"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"=1+1", "+1", "-1", "@a", "  =1", "\u00a0=1", "\u200b=1", "＝1", "\ta", " \r\na"})
  void aFormulaGetsAnApostropheAndIsText(String formula) {
    assertThat(SpreadsheetCell.of(formula)).isEqualTo("'" + formula);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "www", "www-2018", "a=1", " a", "\"=1\""})
  void anyOtherTextStaysAsItIs(String text) {
    assertThat(SpreadsheetCell.of(text)).isEqualTo(text);
  }

  @Test
  void anApostropheIsDoubledWhereItCouldBeTakenForOurs() {
    assertThat(SpreadsheetCell.of("'=1")).isEqualTo("''=1");
    assertThat(SpreadsheetCell.of("'tis")).isEqualTo("'tis");
  }
}
