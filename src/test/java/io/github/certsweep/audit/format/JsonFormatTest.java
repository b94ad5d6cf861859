package io.github.certsweep.audit.format;

import static io.github.certsweep.audit.format.ReadBack.json;
import static io.github.certsweep.audit.format.ReadBack.objects;
import static io.github.certsweep.audit.format.ReadBack.written;
import static io.github.certsweep.fake.ExampleReport.certificate;
import static io.github.certsweep.fake.ExampleReport.unclear;
import static io.github.certsweep.fake.ExampleReport.unused;
import static io.github.certsweep.fake.ExampleReport.used;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.fake.ExampleReport;
import io.github.certsweep.fake.FullDisk;
import io.github.certsweep.usage.CertificateUsage;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonFormatTest {
  private static final AuditedCertificate EXPIRED = certificate("old", -10, used());

  @Test
  void theReportBeginsWithWhatIsNotKnown() {
    assertThat(written(new JsonFormat(), ExampleReport.full()))
        .startsWith(
            """
            {
              "schemaVersion": 1,
              "complete": false,
              "verdict": "2 expired certificates are still in use. Replace them now. Not everything could be checked, so there may be more.",
              "exitCode": 3,
              "unchecked": [
                {
                  "service": "appsync",
                  "region": "eu-west-3",
                  "code": "AccessDenied",
                  "error": "AccessDenied: not authorized. Grant it."
                }
              ],
            """)
        .endsWith("  \"comparison\": null\n}\n");
  }

  @Test
  void everythingInTheReportIsInItsPlace() throws IOException {
    Finding added = new Finding("=www", "ASCA0000000000-=www", NOW, "expired; was valid");
    Finding gone = new Finding("a", "ASCA0000000000-a", NOW.minusSeconds(99), "deleted");
    Finding still = new Finding("b", "ASCA0000000000-b", NOW.minusSeconds(98), "expired");
    AuditReport report =
        ExampleReport.of(ExampleReport.withEverything(), certificate("b", -9, excepted()))
            .comparedWith(
                new Comparison(NOW.minusSeconds(9), List.of(added), List.of(gone), List.of(still)),
                List.of());
    assertThat(written(new JsonFormat(), report))
        .isEqualTo(Files.readString(Path.of("src/test/resources/audit/report.json")));
  }

  @Test
  void theListOfUsersIsCompleteOnlyIfEveryPlaceWasSearched() {
    CertificateUsage nothingSearched =
        new CertificateUsage(List.of(), List.of(), List.of(), List.of(), 0);
    assertThat(usageComplete(unused())).isTrue();
    assertThat(usageComplete(used())).isTrue();
    assertThat(usageComplete(unclear())).isFalse();
    assertThat(usageComplete(Optional.of(nothingSearched))).isFalse();
  }

  private static boolean usageComplete(Optional<CertificateUsage> usage) {
    return first(ExampleReport.of(certificate("a", -1, usage))).get("usageComplete").getAsBoolean();
  }

  private static Optional<CertificateUsage> excepted() {
    return Optional.of(
        new CertificateUsage(
            List.of(), List.of(), List.of(ExampleReport.UNCHECKED), List.of(), 68));
  }

  @Test
  void whoUsesACertificateIsNeverSaidWithABoolean() {
    assertThat(usageStatus(used())).isEqualTo("IN_USE");
    assertThat(usageStatus(unused())).isEqualTo("UNUSED");
    assertThat(usageStatus(unclear())).isEqualTo("UNKNOWN");
    assertThat(usageStatus(Optional.empty())).isEqualTo("UNKNOWN");
  }

  @Test
  void whatWasNotLookedAtIsNullAndNotEmpty() {
    JsonObject one = first(ExampleReport.of(certificate("a", -1, Optional.empty())));
    assertThat(one.get("usage").isJsonNull()).isTrue();
    assertThat(one.get("names").isJsonNull()).isTrue();
    assertThat(one.get("usageComplete").getAsBoolean()).isFalse();
    assertThat(one.get("detailsRead").getAsBoolean()).isFalse();
  }

  @Test
  void aCertificateIsFlaggedSinceThisReportIfThereIsNoEarlierOne() {
    assertThat(first(ExampleReport.of(EXPIRED)).get("flaggedSince").getAsString())
        .isEqualTo(NOW.toString());
    assertThat(
            first(ExampleReport.of(certificate("new", 300, used())))
                .get("flaggedSince")
                .isJsonNull())
        .isTrue();
  }

  @Test
  void aCertificateThatWasFlaggedBeforeIsFlaggedSinceThen() {
    Finding old = new Finding("old", EXPIRED.certificate().id(), NOW.minusSeconds(99), "expired");
    AuditReport report =
        ExampleReport.of(EXPIRED)
            .comparedWith(
                new Comparison(NOW.minusSeconds(9), List.of(), List.of(), List.of(old)), List.of());
    assertThat(first(report).get("flaggedSince").getAsString())
        .isEqualTo(NOW.minusSeconds(99).toString());
  }

  @Test
  void aDiskThatIsFullIsAnIoException() {
    try (Writer full = new FullDisk()) {
      assertThatThrownBy(() -> new JsonFormat().write(ExampleReport.full(), full))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("No space left on device");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String usageStatus(Optional<CertificateUsage> usage) {
    return first(ExampleReport.of(certificate("a", -1, usage))).get("usageStatus").getAsString();
  }

  private static JsonObject first(AuditReport report) {
    return objects(json(report), "certificates").getFirst();
  }
}
