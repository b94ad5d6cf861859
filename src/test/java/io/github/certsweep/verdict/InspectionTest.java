package io.github.certsweep.verdict;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.expired;
import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.exemption.CertificateTags;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemption;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.FakeUsage;
import io.github.certsweep.usage.UncheckedPlace;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InspectionTest {
  private static final String ARN = "arn:aws:iam::123456789012:server-certificate/";

  private final FakeIam iam = new FakeIam().with(expired("old"), valid("new"));

  @Test
  void expiredAndUnusedIsDeletable() {
    Verdict verdict = inspect("old", FakeUsage.of());
    assertThat(verdict.deletable()).isTrue();
    assertThat(verdict.toJson())
        .hasToString(
            "{\"found\":true,\"name\":\"old\",\"id\":\"ASCA-old\",\"arn\":\""
                + ARN
                + "old\",\"path\":\"/\","
                + "\"uploaded\":\"2026-01-27T12:00:00Z\",\"expiration\":\"2026-11-13T12:00:00Z\",\"status\":\"EXPIRED\","
                + "\"deletable\":true,\"reason\":\"Expired 2026-11-13T12:00:00Z, 10 days ago. Not in use.\","
                + "\"usage\":[],\"usageCount\":0,\"unchecked\":[],\"uncheckedCount\":0}");
  }

  @Test
  void expiredAndInUseIsNotDeletable() {
    Verdict verdict = inspect("old", FakeUsage.of(ARN + "old"));
    assertThat(verdict.deletable()).isFalse();
    assertThat(verdict.reason())
        .isEqualTo(
            "In use by 1 resource: User of "
                + ARN
                + "old. Attach a valid certificate to these resources first.");
    assertThat(verdict.toJson().getAsJsonArray("usage"))
        .hasToString(
            "[{\"service\":\"fake\",\"region\":\"eu-west-1\",\"resource\":\"arn:"
                + ARN
                + "old\",\"detail\":\"default\"}]");
  }

  @Test
  void anExceptionKeepsItAndTheReasonSaysHowToEndIt() {
    iam.excepted("old", "2026-12-01", "vendor migration " + "x".repeat(200));
    Verdict verdict = inspectWithExceptions(FakeUsage.of());
    assertThat(verdict.deletable()).isFalse();
    assertThat(verdict.compliant()).isFalse();
    assertThat(verdict.reason())
        .isEqualTo(
            "Expired 2026-11-13T12:00:00Z, 10 days ago. Not in use. Exception until 2026-12-01: vendor migration "
                + "x".repeat(200)
                + ". To end it sooner, remove the tag certsweep:exception-until from the certificate.");
    assertThat(verdict.toJson().get("exception").getAsString())
        .startsWith("Exception until 2026-12-01: vendor migration x");
  }

  @Test
  void anExceptionOfWhatIsInUseIsToldToo() {
    iam.excepted("old", "2026-12-01", "vendor migration");
    assertThat(inspectWithExceptions(FakeUsage.of(ARN + "old")).reason())
        .startsWith("In use by 1 resource: ")
        .contains(" Exception until 2026-12-01: vendor migration.");
  }

  @Test
  void anExceptionThatIsNotValidKeepsNothingAndSaysWhy() {
    iam.excepted("old", "2026-11-22", "vendor migration");
    Verdict verdict = inspectWithExceptions(FakeUsage.of());
    assertThat(verdict.deletable()).isTrue();
    assertThat(verdict.reason()).endsWith(" Not in use. Exception ended on 2026-11-22.");
  }

  @Test
  void tagsThatCanNotBeReadAreUncheckedAndNothingIsDeletable() {
    iam.listingTagsBy(request -> {
      throw iamError(403, "AccessDenied", "No");
    });
    Verdict verdict = inspectWithExceptions(FakeUsage.of());
    assertThat(verdict.deletable()).isFalse();
    assertThat(verdict.reason())
        .contains(
            "Not in use. Exception unknown: iam:ListServerCertificateTags failed: AccessDenied: No.")
        .contains("Allow the action in the policy");
  }

  @Test
  void tagsAreReadAfterTheSearch() {
    FakeUsage searching = FakeUsage.of();
    iam.listingTagsBy(request -> {
      assertThat(searching.searches()).isEqualTo(1);
      return iam.tagsOf(request);
    });
    assertThat(inspectWithExceptions(searching).deletable()).isTrue();
    assertThat(iam.tagReads).containsExactly("old");
  }

  @Test
  void usedByItsIdIsInUse() {
    assertThat(inspect("old", FakeUsage.of("ASCA-old")).deletable()).isFalse();
  }

  @Test
  void expiredWithAnUncheckedPlaceIsNotDeletable() {
    Verdict verdict = inspect("old", FakeUsage.denied());
    assertThat(verdict.deletable()).isFalse();
    assertThat(verdict.reason())
        .startsWith("Usage unknown: 1 of 1 checks failed (eu-west-1 fake: AccessDenied).")
        .contains("AccessDenied: No. Allow the action in the policy of the role that called");
    JsonObject unchecked = verdict.toJson().getAsJsonArray("unchecked").get(0).getAsJsonObject();
    assertThat(unchecked.get("error").getAsString()).contains("AccessDenied: No.");
  }

  @Test
  void validIsNotDeletable() {
    Verdict verdict = inspect("new", FakeUsage.of());
    assertThat(verdict.deletable()).isFalse();
    assertThat(verdict.reason())
        .isEqualTo(
            "Valid until 2027-03-03T12:00:00Z, 100 days left. Only certificates that are known to have expired can be deleted.");
  }

  @Test
  void withoutExpirationItIsNotDeletable() {
    iam.with(valid("odd").toBuilder().expiration(null).build());
    Verdict verdict = inspect("odd", FakeUsage.of());
    assertThat(verdict.deletable()).isFalse();
    assertThat(verdict.toJson().get("status").getAsString()).isEqualTo("UNKNOWN");
    assertThat(verdict.toJson().has("expiration")).isFalse();
  }

  @Test
  void aReferenceToARenamedCertificateMakesNothingDeletable() {
    Verdict verdict = inspect("old", FakeUsage.of(ARN + "its-former-name"));
    assertThat(verdict.deletable()).isFalse();
    // The remedy is that of the reference, not of a call that was denied.
    assertThat(verdict.reason())
        .isEqualTo(
            "Usage unknown: 1 of 1 checks failed (eu-west-1 fake: UnlistedCertificate). UnlistedCertificate: User of "
                + ARN
                + "its-former-name refers to "
                + ARN
                + "its-former-name, which IAM does not list. The certificate was renamed, deleted, or uploaded just now. Start again."
                + " If IAM still does not list it, attach an existing certificate to the resource.");
  }

  @Test
  void eachKindOfErrorIsGivenOnce() {
    List<UncheckedPlace> unchecked =
        List.of(
            new UncheckedPlace("elb", "eu-west-1", "AccessDenied", "AccessDenied: first."),
            new UncheckedPlace("elb", "eu-west-2", "AccessDenied", "AccessDenied: second."),
            new UncheckedPlace("appsync", "eu-west-2", "OutOfTime", "OutOfTime: raise."));
    CertificateUsage usage = new CertificateUsage(List.of(), unchecked, List.of(), List.of(), 9);
    JudgedCertificate judged =
        new JudgedCertificate(
            new IamCertificateStore(iam).listAll(Deadline.in(60_000, CLOCK)).getFirst(),
            CLOCK.instant(),
            0);
    assertThat(judged.status()).isEqualTo(ExpirationStatus.EXPIRED);
    assertThat(Verdict.of(judged, Optional.of(usage), new Exemption.None()).reason())
        .endsWith("OutOfTime). AccessDenied: first. OutOfTime: raise.");
  }

  @Test
  void notFoundIsAnAnswerAndNoError() {
    assertThat(inspect("gone", FakeUsage.of()).toJson())
        .hasToString(
            "{\"found\":false,\"deletable\":false,\"reason\":\"This account has no server certificate gone in IAM: it was"
                + " deleted or renamed, or never existed.\"}");
  }

  @Test
  void aFailedListingIsAnErrorAndNotAVerdict() {
    iam.answeringCall(
        1,
        () -> {
          throw iamError(403, "AccessDenied", "No");
        });
    assertThatThrownBy(() -> inspect("old", FakeUsage.of())).isInstanceOf(AwsCallException.class);
  }

  @Test
  void longListsAreCutAndCounted() {
    iam.with(expired("busy"));
    String[] references = Stream.generate(() -> ARN + "renamed").limit(300).toArray(String[]::new);
    JsonObject json = inspect("busy", FakeUsage.of(references)).toJson();
    assertThat(json.getAsJsonArray("unchecked")).hasSize(50);
    assertThat(json.get("uncheckedCount").getAsInt()).isEqualTo(300);
    assertThat(json.toString()).hasSizeLessThan(100_000);
  }

  private Verdict inspectWithExceptions(FakeUsage usage) {
    Exemptions exemptions = Exemptions.read(new ExceptionLimit(30), new CertificateTags(() -> iam));
    return new Inspection(new IamCertificateStore(iam), usage.search(), exemptions, CLOCK)
        .inspect(CertificateSelector.parse("old"), Deadline.in(60_000, CLOCK));
  }

  private Verdict inspect(String certificate, FakeUsage usage) {
    return new Inspection(new IamCertificateStore(iam), usage.search(), Exemptions.OFF, CLOCK)
        .inspect(CertificateSelector.parse(certificate), Deadline.in(60_000, CLOCK));
  }
}
