package io.github.certsweep.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.fake.AnOrganization;
import io.github.certsweep.fake.ExampleReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputFormatTest {
  private static String ofAccount(OutputFormat format) throws IOException {
    StringBuilder text = new StringBuilder();
    format.content(ExampleReport.full(), Terminal.NONE).writeTo(text);
    return text.toString();
  }

  private static String ofOrganization(OutputFormat format) throws IOException {
    StringBuilder text = new StringBuilder();
    format
        .content(
            AnOrganization.report(List.of(AnOrganization.unreadable("111111111111"))),
            Terminal.NONE)
        .writeTo(text);
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "TABLE, All certificates",
    "JSON, '\"certificates\":'",
    "CSV, 'record,'",
    "HTML, '<!doctype html>'",
    "OCSF, '\"class_uid\":'"
  })
  void everyFormatOfAnAccountIsWritten(OutputFormat format, String part) throws IOException {
    assertThat(ofAccount(format)).containsIgnoringCase(part);
  }

  @ParameterizedTest
  @CsvSource({
    "TABLE, All accounts with results",
    "JSON, '\"accounts\":'",
    "CSV, 'record,'",
    "HTML, '<!doctype html>'"
  })
  void everyFormatOfAnOrganizationIsWritten(OutputFormat format, String part) throws IOException {
    assertThat(ofOrganization(format)).containsIgnoringCase(part);
  }

  @Test
  void aPageNamesTheDigestOfTheDataBesideIt() throws Exception {
    assertThat(ofAccount(OutputFormat.HTML)).contains(sha256(ofAccount(OutputFormat.JSON)));
    assertThat(ofOrganization(OutputFormat.HTML))
        .contains(sha256(ofOrganization(OutputFormat.JSON)));
  }

  @Test
  void anOrganizationHasNoOcsfFindings() {
    assertThatThrownBy(() -> ofOrganization(OutputFormat.OCSF))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(OutputFormat.of(true)).doesNotContain(OutputFormat.OCSF);
  }

  private static String sha256(String text) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }
}
