package io.github.certsweep.audit.compare;

import static io.github.certsweep.fake.ExampleReport.PARAMETERS;
import static io.github.certsweep.fake.ExampleReport.UNCHECKED;
import static io.github.certsweep.fake.ExampleReport.certificate;
import static io.github.certsweep.fake.ExampleReport.unused;
import static io.github.certsweep.fake.ExampleReport.used;
import static io.github.certsweep.fake.ExampleReport.withoutExpiration;
import static io.github.certsweep.fake.World.NOW;
import static java.nio.charset.StandardCharsets.UTF_16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.audit.format.JsonFormat;
import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.fake.ExampleReport;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.usage.UncheckedPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EarlierReportTest {
  private static final Instant BEFORE = NOW.minus(Duration.ofDays(7));
  private static final AuditedCertificate EXPIRED = certificate("www", -10, used());
  private static final AuditReport PRESENT = ExampleReport.of(EXPIRED);

  @TempDir private Path folder;

  @Test
  void aReportReadsWhatAnEarlierOneWrote() throws IOException {
    EarlierReport earlier = earlier(List.of(UNCHECKED), EXPIRED, withoutExpiration("none"));
    assertThat(earlier.account()).isEqualTo("123456789012");
    assertThat(earlier.at()).isEqualTo(BEFORE);
    assertThat(earlier.parameters()).isEqualTo(PARAMETERS);
    assertThat(earlier.unchecked()).isEqualTo(1);
    assertThat(earlier.certificates()).extracting(EarlierCertificate::name).contains("www", "none");
  }

  @Test
  void comparedWithItselfNothingHasChanged() throws IOException {
    AuditReport full = ExampleReport.full();
    AuditReport compared = EarlierReport.read(write(full)).compareWith(full);
    assertThat(compared.comparison().orElseThrow().added()).isEmpty();
    assertThat(compared.comparison().orElseThrow().gone()).isEmpty();
    assertThat(compared.comparison().orElseThrow().still()).hasSize(8);
  }

  @Test
  void anEarlierReportThatWasNotCompleteIsSaidInNotes() throws IOException {
    AuditReport compared =
        earlier(List.of(UNCHECKED), EXPIRED, withoutExpiration("none")).compareWith(PRESENT);
    assertThat(compared.notes())
        .containsExactly(
            "The earlier report of 2026-11-16T12:00:00Z was not complete. Places that it could not"
                + " check: 1. Its lists of users may be incomplete.",
            "The earlier report of 2026-11-16T12:00:00Z was not complete. Certificates whose"
                + " expiration it did not know: 1. They may have expired before that report.");
  }

  @Test
  void otherParametersAreAllowedAndSaidInANote() throws IOException {
    AuditParameters other =
        new AuditParameters(60, "us-east-1", List.of("eu-west-1"), List.of(), true, true);
    AuditReport old = ExampleReport.of(BEFORE, other, List.of(), EXPIRED);
    assertThat(EarlierReport.read(write(old)).compareWith(PRESENT).notes())
        .containsExactly(
            "The earlier report of 2026-11-16T12:00:00Z was made with other parameters: --days 60"
                + " --region us-east-1 --regions eu-west-1. Some certificates may be new or gone for"
                + " that reason alone.");
  }

  @Test
  void theNotesOfThePresentReportStay() throws IOException {
    AuditReport compared = earlier(List.of(), EXPIRED).compareWith(PRESENT);
    assertThat(compared.notes()).isEmpty();
    assertThat(compared.certificates()).isEqualTo(PRESENT.certificates());
    assertThat(compared.unchecked()).isEqualTo(PRESENT.unchecked());
  }

  @ParameterizedTest
  @CsvSource({
    "'\"schemaVersion\": 1','\"schemaVersion\": 2','\"schemaVersion\" is \"2\". This version of Certsweep reads 1.'",
    "'\"schemaVersion\": 1,','','\"schemaVersion\" is \"\". This version of Certsweep reads 1.'",
    "'\"account\": \"123456789012\",','','has no \"account\", which is required.'",
    "'\"at\": \"2026-11-16','\"at\": \"16.11.2026','\"at\" is \"16.11.2026T12:00:00Z\". It must be a time such as'",
    "'\"days\": 30,','\"days\": -1,','parameters: \"days\" is \"-1\". It must be a number of days.'",
    "'\"details\": true','\"details\": \"no\"','parameters: \"details\" is \"no\". It must be true or false.'",
    "'\"regions\": []','\"regions\": [1]','parameters: regions[0] must be a string.'",
    "'\"regions\": []','\"regions\": \"all\"','parameters: \"regions\" must be a list.'",
    "'\"parameters\": {','\"parameters\": 1, \"old\": {','\"parameters\" must be an object.'",
    "'\"unchecked\": []','\"unchecked\": [1]','unchecked[0] must be an object.'",
    "'\"status\": \"EXPIRED\"','\"status\": \"OK\"','certificates[0]: \"status\" is \"OK\". It must be one of [EXPIRED, UNKNOWN, EXPIRING, VALID].'",
    "'\"flaggedSince\": \"2026','\"flaggedSince\": \"2027','\"flaggedSince\" is \"2027-11-16T12:00:00Z\". That is after the report was made.'",
    "'\"flaggedSince\": \"2026-11-16T12:00:00Z\"','\"flaggedSince\": null','certificates[0] has no \"flaggedSince\", which is required.'",
    "'\"certificates\": [','\"certificates\": 0, \"old\": [','\"certificates\" must be a list.'",
    "'{','','is not one JSON object'",
  })
  void aFileThatIsNoSuchReportIsRefusedByName(String from, String to, String told)
      throws IOException {
    Path file = write(old(List.of(), EXPIRED));
    Files.writeString(
        file,
        Files.readString(file).replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to)));
    assertThatThrownBy(() -> EarlierReport.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("The earlier report " + file)
        .hasMessageContaining(told)
        .hasMessageEndingWith(
            " Name a report of this account that certsweep-audit has written as JSON.");
  }

  @Test
  void twoCertificatesWithOneIdAreRefused() {
    AuditedCertificate twin = certificate("twin", EXPIRED.certificate().id(), -1, unused());
    assertThatThrownBy(() -> earlier(List.of(), EXPIRED, twin))
        .hasMessageContaining("Another certificate has this id too.");
  }

  @Test
  void aFileThatCannotBeReadIsRefusedByName() throws IOException {
    Path missing = folder.resolve("missing.json");
    assertThatThrownBy(() -> EarlierReport.read(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("The earlier report " + missing + " does not exist. Name a report");
    assertThatThrownBy(() -> EarlierReport.read(folder)).hasMessageContaining(" can't be read: ");
    Path redirected = folder.resolve("utf-16.json");
    Files.writeString(redirected, "{}", UTF_16);
    assertThatThrownBy(() -> EarlierReport.read(redirected))
        .hasMessageContaining(" is not text in UTF-8.");
  }

  @Test
  void aReportOfAnotherAccountIsRefused() throws IOException {
    Path file = write(old(List.of(), EXPIRED));
    Files.writeString(file, Files.readString(file).replace("123456789012", "210987654321"));
    assertThatThrownBy(() -> EarlierReport.read(file).compareWith(PRESENT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            " is of account 210987654321 (aws), but this audit is of 123456789012 (aws). Name a");
  }

  @Test
  void aReportOfAnotherPartitionIsRefused() throws IOException {
    Path file = write(old(List.of(), EXPIRED));
    Files.writeString(
        file,
        Files.readString(file).replace("\"partition\": \"aws\"", "\"partition\": \"aws-cn\""));
    assertThatThrownBy(() -> EarlierReport.read(file).compareWith(PRESENT))
        .hasMessageContaining(" is of account 123456789012 (aws-cn), but this audit is of ");
  }

  @Test
  void optionsThatWereOffAreReadAsOff() throws IOException {
    AuditParameters little =
        new AuditParameters(
            0, "eu-west-1", List.of("eu-west-1"), List.of("appsync/eu-west-1"), false, false);
    AuditReport old = ExampleReport.of(BEFORE, little, List.of(), EXPIRED);
    assertThat(EarlierReport.read(write(old)).parameters()).isEqualTo(little);
  }

  @Test
  void aReportThatIsNewerIsRefused() throws IOException {
    Path file = write(ExampleReport.of(NOW.plusSeconds(1), PARAMETERS, List.of(), EXPIRED));
    assertThatThrownBy(() -> EarlierReport.read(file).compareWith(PRESENT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith(
            " was made at 2026-11-23T12:00:01Z, after this one (2026-11-23T12:00:00Z). Name an"
                + " older report.");
  }

  private EarlierReport earlier(List<UncheckedPlace> unchecked, AuditedCertificate... certificates)
      throws IOException {
    return EarlierReport.read(write(old(unchecked, certificates)));
  }

  private static AuditReport old(
      List<UncheckedPlace> unchecked, AuditedCertificate... certificates) {
    return ExampleReport.of(BEFORE, PARAMETERS, unchecked, certificates);
  }

  private Path write(AuditReport report) throws IOException {
    StringBuilder text = new StringBuilder();
    new JsonFormat().write(report, text);
    return Files.writeString(folder.resolve("old.json"), text);
  }
}
