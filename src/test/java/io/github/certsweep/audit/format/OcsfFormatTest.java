package io.github.certsweep.audit.format;

import static io.github.certsweep.audit.format.ReadBack.ocsf;
import static io.github.certsweep.audit.format.ReadBack.written;
import static io.github.certsweep.fake.ExampleReport.certificate;
import static io.github.certsweep.fake.ExampleReport.unclear;
import static io.github.certsweep.fake.ExampleReport.unused;
import static io.github.certsweep.fake.ExampleReport.used;
import static io.github.certsweep.fake.ExampleReport.withoutExpiration;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.fake.ExampleReport;
import io.github.certsweep.usage.CertificateUsage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OcsfFormatTest {
  @Test
  void anAccountWithoutCertificatesStillHasAFindingOnTheSearch() {
    assertThat(ocsf(ExampleReport.of()))
        .singleElement()
        .satisfies(one -> {
          assertThat(compliance(one, "status")).isEqualTo("Pass");
          assertThat(text(one, "message")).contains("This account has no server certificates");
        });
  }

  @Test
  void theFindingOnTheSearchSaysInWordsWhetherItSawEverything() {
    JsonObject all = ocsf(ExampleReport.of()).getFirst();
    assertThat(text(all, "message")).startsWith("Everything was checked for expired");
    assertThat(text(all, "status_detail")).isEqualTo("Everything was checked.");
    assertThat(text(all, "severity")).isEqualTo("Informational");
    assertThat(text(all.getAsJsonObject("remediation"), "desc")).isEqualTo("Nothing to do.");
    JsonObject some = ocsf(ExampleReport.full()).getFirst();
    assertThat(text(some, "message")).startsWith("Not everything was checked for expired");
    assertThat(text(some.getAsJsonObject("remediation"), "desc"))
        .isEqualTo("Grant what the errors name, and run the audit again without limits.");
    assertThat(some.get("type_uid").getAsLong()).isEqualTo(200301);
  }

  @Test
  void theFindingOnTheSearchIsUnknownIfAPlaceWasNotChecked() {
    JsonObject search = ocsf(ExampleReport.full()).getFirst();
    assertThat(compliance(search, "status")).isEqualTo("Unknown");
    assertThat(text(search, "severity")).isEqualTo("High");
    assertThat(text(search, "status_detail"))
        .contains("Not checked: eu-west-3 appsync: AccessDenied.");
  }

  @Test
  void theFindingOnTheSearchWarnsOfWhatTheCallerLeftOut() {
    AuditParameters little =
        new AuditParameters(30, "us-east-1", List.of(), List.of(), false, true);
    assertThat(search(ExampleReport.of(NOW, little, List.of()))).isEqualTo("Warning");
    CertificateUsage excepted =
        new CertificateUsage(List.of(), List.of(), List.of(ExampleReport.UNCHECKED), List.of(), 68);
    assertThat(search(ExampleReport.of(certificate("a", -1, Optional.of(excepted)))))
        .isEqualTo("Warning");
    assertThat(search(ExampleReport.of(withoutExpiration("a")))).isEqualTo("Unknown");
  }

  @Test
  void whetherTheControlIsMetFollowsTheStatus() {
    assertThat(compliance(finding(certificate("a", -1, used())), "status")).isEqualTo("Fail");
    assertThat(compliance(finding(certificate("a", 9, used())), "status")).isEqualTo("Warning");
    assertThat(compliance(finding(withoutExpiration("a")), "status")).isEqualTo("Unknown");
    assertThat(compliance(finding(certificate("a", 99, used())), "status")).isEqualTo("Pass");
  }

  @Test
  void aMoreUrgentPriorityIsNeverLessSevere() {
    assertThat(Stream.of(Priority.values()).map(OcsfWord::severity).map(OcsfWord::number))
        .isSortedAccordingTo((one, another) -> another - one)
        .startsWith(5)
        .endsWith(1);
  }

  @Test
  void aFindingSaysThatThePlacesWereNotCheckedWhereItMatters() {
    JsonObject unclear = finding(certificate("www", -1, unclear()));
    assertThat(text(unclear, "message"))
        .isEqualTo(
            "The server certificate www has expired. Usage unknown: 1 of 68 checks failed"
                + " (eu-west-3 appsync: AccessDenied).");
    assertThat(text(finding(certificate("www", -1, unused())), "status_detail"))
        .isEqualTo("Not in use.");
    assertThat(text(finding(certificate("www", -1, Optional.empty())), "status_detail"))
        .isEqualTo("Usage unknown: nothing was searched.");
  }

  @Test
  void aFindingKeepsItsUidWhenTheCertificateIsRenamed() {
    assertThat(uid(certificate("new-name", "ASCA01234567890123", -1, used())))
        .isEqualTo(uid(certificate("old-name", "ASCA01234567890123", -2, used())))
        .isEqualTo("certsweep:aws:123456789012:ASCA01234567890123");
  }

  @Test
  void aFindingIsClosedOnlyIfTheCertificateIsKnownToBeValid() {
    AuditedCertificate valid = certificate("valid", 300, used());
    AuditedCertificate unknown = withoutExpiration("unknown");
    AuditedCertificate expired = certificate("expired", -1, used());
    Comparison comparison =
        new Comparison(
            NOW.minusSeconds(9),
            List.of(),
            List.of(flagged(valid), flagged(unknown)),
            List.of(flagged(expired)));
    AuditReport report =
        ExampleReport.of(valid, unknown, expired, certificate("new", -2, used()))
            .comparedWith(comparison, List.of());
    assertThat(ocsf(report).stream().skip(1))
        .extracting(one -> text(one.getAsJsonArray("resources").get(0).getAsJsonObject(), "name"))
        .containsExactly("new", "expired", "unknown", "valid");
    assertThat(ocsf(report).stream().skip(1))
        .extracting(one -> text(one, "type_name") + ", " + text(one, "status"))
        .containsExactly(
            "Compliance Finding: Create, New",
            "Compliance Finding: Update, New",
            "Compliance Finding: Update, New",
            "Compliance Finding: Close, Resolved");
    assertThat(
            ocsf(report).get(2).getAsJsonObject("finding_info").get("first_seen_time").getAsLong())
        .isEqualTo(NOW.minusSeconds(99).toEpochMilli());
  }

  @Test
  void eachFindingIsOnALineOfItsOwn() {
    assertThat(written(new OcsfFormat(), ExampleReport.full()).lines())
        .hasSize(15)
        .startsWith("[")
        .endsWith("]");
  }

  private static Finding flagged(AuditedCertificate one) {
    return new Finding(
        one.certificate().name(), one.certificate().id(), NOW.minusSeconds(99), "expired");
  }

  private static String uid(AuditedCertificate one) {
    return text(finding(one).getAsJsonObject("finding_info"), "uid");
  }

  private static JsonObject finding(AuditedCertificate one) {
    return ocsf(ExampleReport.of(one)).getLast();
  }

  private static String search(AuditReport report) {
    return compliance(ocsf(report).getFirst(), "status");
  }

  private static String compliance(JsonObject finding, String name) {
    return text(finding.getAsJsonObject("compliance"), name);
  }

  private static String text(JsonObject object, String name) {
    return object.get(name).getAsString();
  }
}
