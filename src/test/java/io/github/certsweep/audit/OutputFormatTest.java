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
import org.junit.jupiter.params.provider.ValueSource;

class OutputFormatTest {
  private static final boolean ACCOUNT = false;
  private static final boolean ORGANIZATION = true;

  private static String written(OutputFormat format, boolean isOrganization) throws IOException {
    ReportFiles.Content content =
        isOrganization
            ? format.content(
                AnOrganization.report(List.of(AnOrganization.unreadable("111111111111"))),
                Terminal.NONE)
            : format.content(ExampleReport.full(), Terminal.NONE);
    StringBuilder text = new StringBuilder();
    content.writeTo(text);
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "TABLE, All certificates, All accounts with results",
    "JSON, '\"certificates\":', '\"accounts\":'",
    "CSV, 'record,', 'record,'",
    "HTML, '<!doctype html>', '<!doctype html>'"
  })
  void everyFormatIsWritten(OutputFormat format, String ofAccount, String ofOrganization)
      throws IOException {
    assertThat(written(format, ACCOUNT)).containsIgnoringCase(ofAccount);
    assertThat(written(format, ORGANIZATION)).containsIgnoringCase(ofOrganization);
  }

  @ParameterizedTest
  @ValueSource(booleans = {ACCOUNT, ORGANIZATION})
  void aPageNamesTheDigestOfTheDataBesideIt(boolean isOrganization) throws Exception {
    assertThat(written(OutputFormat.HTML, isOrganization))
        .contains(sha256(written(OutputFormat.JSON, isOrganization)));
  }

  @Test
  void onlyAnAccountHasOcsfFindings() throws IOException {
    assertThat(written(OutputFormat.OCSF, ACCOUNT)).contains("\"class_uid\":");
    assertThatThrownBy(() -> written(OutputFormat.OCSF, ORGANIZATION))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(OutputFormat.of(ORGANIZATION)).doesNotContain(OutputFormat.OCSF);
  }

  private static String sha256(String text) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }
}
