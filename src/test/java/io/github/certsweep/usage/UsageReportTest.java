package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.certificate.ServerCertificate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageReportTest {
  private static final String ARN = "arn:aws:iam::123456789012:server-certificate/";
  private static final ServerCertificate A = certificate("a");
  private static final ServerCertificate B = certificate("b");

  @Test
  void aCertificateIsFoundByArnAndById() {
    UsageReport report = report(byArn(A.arn(), "listener"), byId(A.id(), "distribution"));
    assertThat(report.of(A).users())
        .extracting(CertificateUser::label)
        .containsExactly("distribution", "listener");
    assertThat(report.of(B).isUnused()).isTrue();
  }

  @Test
  void theSameUserFoundTwiceCountsOnce() {
    assertThat(report(byArn(A.arn(), "listener"), byArn(A.arn(), "listener")).of(A).users())
        .hasSize(1);
  }

  @Test
  void aNameThatBeginsLikeAnotherIsNotTheOther() {
    ServerCertificate longer = certificate("a-2");
    UsageReport report = found(byArn(longer.arn(), "x")).against(List.of(A, longer));
    assertThat(report.of(A).isUnused()).isTrue();
    assertThat(report.of(longer).inUse()).isTrue();
  }

  @Test
  void aReferenceToAnUnlistedCertificateLeavesEveryUsageUnknown() {
    UsageReport report = report(byArn(ARN + "renamed", "ALB listener"));
    assertAllUnknown(report);
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(unchecked -> {
          assertThat(unchecked.code()).isEqualTo("UnlistedCertificate");
          assertThat(unchecked.error()).contains("ALB listener refers to " + ARN + "renamed");
        });
  }

  @Test
  void aWellFormedIdThatIamDoesNotListIsOnlyANote() {
    UsageReport report = report(byId("ASCAGONEGONEGONEGONEG", "CloudFront E2AB"));
    assertThat(report.of(A).isUnused()).isTrue();
    assertThat(report.of(B).isUnused()).isTrue();
    assertThat(report.of(A).notes())
        .containsExactly(
            "CloudFront E2AB refers to ASCAGONEGONEGONEGONEG, which IAM does not list. No certificate in IAM has this"
                + " id.");
  }

  @Test
  void anIdOfAnOldAccountIsWellFormedToo() {
    assertThat(report(byId("AS5YBEIONO2Q7CAIHKNGC", "CloudFront")).of(A).isUnused()).isTrue();
  }

  @Test
  void aDanglingArnGoesOnBlockingBesideADanglingId() {
    UsageReport report =
        report(byId("ASCAGONEGONEGONEGONEG", "CloudFront"), byArn(ARN + "renamed", "ALB"));
    assertAllUnknown(report);
    assertThat(report.notes()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "asca-aaaaaaaaaaaaaaaa",
        "ASCA_A_AAAAAAAAAAAAAa",
        " ASCA_A_AAAAAAAAAAAAAA",
        "ASCA_A_AAAAAAAAAAAAAA ",
        "ASCAGONE GONEGONEGONE",
        "ASCAGONE",
        "arn:aws:iam::123456789012:server-certificate/gone",
        "arn:aws:acm:us-east-1:123456789012:certificate/3b1b"
      })
  void whatIsOnlyLikeAnIdLeavesEveryUsageUnknown(String id) {
    ServerCertificate listed =
        new ServerCertificate("c", "ASCA_A_AAAAAAAAAAAAAA", ARN + "c", "/", NOW, Optional.of(NOW));
    UsageReport report = found(byId(id, "CloudFront")).against(List.of(A, listed));
    assertThat(report.of(A).isUnused()).isFalse();
    assertThat(report.of(listed).isUnused()).isFalse();
    assertThat(report.notes()).isEmpty();
  }

  @Test
  void anArnInTheFieldForIdsIsNoReferenceByArn() {
    assertThat(report(byId(A.arn(), "CloudFront")).of(A).inUse()).isFalse();
    assertThat(report(byArn(A.id(), "ALB")).of(A).inUse()).isFalse();
  }

  @Test
  void whatWasForgivenIsTold() {
    UncheckedPlace place =
        new UncheckedPlace("appsync", "eu-south-9", "AccessDenied", "AccessDenied: No.");
    UsageReport report = new UsageReport(4, List.of(), List.of(), List.of(place), List.of("Note."));
    assertThat(report.allNotes())
        .containsExactly(
            "Note.",
            "Not checked (allowed by UsageExceptions): eu-south-9 appsync: AccessDenied. AccessDenied: No.");
    assertThat(report.failedChecks()).isZero();
  }

  private static void assertAllUnknown(UsageReport report) {
    assertThat(report.of(A).isUnused()).isFalse();
    assertThat(report.of(B).isUnused()).isFalse();
  }

  private static UsageReport report(CertificateReference... references) {
    return found(references).against(List.of(A, B));
  }

  private static UsageReport found(CertificateReference... references) {
    return new UsageReport(4, List.of(references), List.of(), List.of(), List.of());
  }

  private static CertificateReference byArn(String arn, String label) {
    return CertificateReference.byArn(arn, user(label));
  }

  private static CertificateReference byId(String id, String label) {
    return CertificateReference.byId(id, user(label));
  }

  private static CertificateUser user(String label) {
    return new CertificateUser("service", "eu-west-1", "arn:resource", "default", label);
  }

  private static ServerCertificate certificate(String name) {
    return new ServerCertificate(name, "ASCA-" + name, ARN + name, "/", NOW, Optional.of(NOW));
  }
}
