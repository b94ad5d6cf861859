package io.github.certsweep.verdict;

import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.Exemption;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.UncheckedPlace;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final UncheckedPlace DENIED =
      new UncheckedPlace("appsync", "eu-west-1", "AccessDenied", "AccessDenied: no");

  @Test
  void whatWasNotSearchedIsNamedByItsPlace() {
    JsonObject json = verdict(List.of(DENIED), List.of(), List.of()).toJson();
    assertThat(json.getAsJsonArray("unchecked").get(0))
        .hasToString(
            "{\"service\":\"appsync\",\"region\":\"eu-west-1\",\"error\":\"AccessDenied: no\"}");
  }

  @Test
  void whatTheOperatorForgivesAndNotesAreToldWithTheirNumbers() {
    UncheckedPlace wordy =
        new UncheckedPlace("elb", "eu-west-3", "AccessDenied", "e".repeat(1_000));
    JsonObject json =
        verdict(
                List.of(),
                Collections.nCopies(11, wordy),
                Collections.nCopies(12, "n".repeat(1_000)))
            .toJson();
    JsonArray forgiven = json.getAsJsonArray("forgiven");
    assertThat(forgiven).hasSize(10);
    JsonObject place = forgiven.get(0).getAsJsonObject();
    assertThat(place.get("region").getAsString()).isEqualTo("eu-west-3");
    assertThat(place.get("error").getAsString()).hasSize(300);
    assertThat(json.get("forgivenCount").getAsInt()).isEqualTo(11);
    JsonArray notes = json.getAsJsonArray("notes");
    assertThat(notes).hasSize(10);
    assertThat(notes.get(0).getAsString()).hasSize(300).startsWith("nnn");
    assertThat(json.get("notesCount").getAsInt()).isEqualTo(12);
  }

  @Test
  void withoutAnyTheyAreLeftOut() {
    JsonObject json = verdict(List.of(), List.of(), List.of()).toJson();
    assertThat(json.keySet())
        .contains("usage", "unchecked")
        .doesNotContain("forgiven", "forgivenCount", "notes", "notesCount", "exception");
  }

  @Test
  void withoutASearchNothingIsSaidOfUsersAndNothingIsDeletable() {
    Verdict verdict = Verdict.of(expired(), Optional.empty(), new Exemption.None());
    assertThat(verdict.deletable()).isFalse();
    assertThat(verdict.reason())
        .isEqualTo(
            "Expired 2026-11-13T12:00:00Z, 10 days ago. Usage unknown: nothing was searched.");
    assertThat(verdict.toJson().keySet()).doesNotContain("usage", "unchecked");
  }

  private static Verdict verdict(
      List<UncheckedPlace> unchecked, List<UncheckedPlace> forgiven, List<String> notes) {
    CertificateUsage usage = new CertificateUsage(List.of(), unchecked, forgiven, notes, 9);
    return Verdict.of(expired(), Optional.of(usage), new Exemption.None());
  }

  private static JudgedCertificate expired() {
    ServerCertificate certificate =
        new ServerCertificate(
            "old",
            "ASCA-old",
            "arn:aws:iam::123456789012:server-certificate/old",
            "/",
            NOW.minus(Duration.ofDays(400)),
            Optional.of(NOW.minus(Duration.ofDays(10))));
    return new JudgedCertificate(certificate, NOW, 30);
  }
}
