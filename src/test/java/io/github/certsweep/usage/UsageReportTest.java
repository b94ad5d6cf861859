package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.certificate.ServerCertificate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UsageReportTest {
  private static final ServerCertificate A = certificate("a");
  private static final ServerCertificate B = certificate("b");

  @Test
  void aCertificateIsFoundByArnAndById() {
    UsageReport report = report(reference(A.arn(), "listener"), reference(A.id(), "distribution"));
    assertThat(report.of(A).uses())
        .extracting(Use::label)
        .containsExactly("distribution", "listener");
    assertThat(report.of(B).isUnused()).isTrue();
  }

  @Test
  void theSameUseFoundTwiceCountsOnce() {
    assertThat(report(reference(A.arn(), "listener"), reference(A.arn(), "listener")).of(A).uses())
        .hasSize(1);
  }

  @Test
  void aNameThatBeginsLikeAnotherIsNotTheOther() {
    ServerCertificate longer = certificate("a-2");
    UsageReport report =
        UsageReport.of(List.of(A, longer), 4, List.of(reference(longer.arn(), "x")), List.of());
    assertThat(report.of(A).isUnused()).isTrue();
    assertThat(report.of(longer).inUse()).isTrue();
  }

  @Test
  void aReferenceToAnUnlistedCertificateLeavesEveryUsageUnknown() {
    UsageReport report =
        report(reference("arn:aws:iam::123456789012:server-certificate/renamed", "ALB listener"));
    assertThat(report.of(A).isUnused()).isFalse();
    assertThat(report.of(B).isUnused()).isFalse();
    assertThat(report.unchecked())
        .singleElement()
        .satisfies(unchecked -> {
          assertThat(unchecked.code()).isEqualTo("UnlistedCertificate");
          assertThat(unchecked.error())
              .contains(
                  "ALB listener refers to arn:aws:iam::123456789012:server-certificate/renamed");
        });
  }

  private static UsageReport report(Reference... references) {
    return UsageReport.of(List.of(A, B), 4, List.of(references), List.of());
  }

  private static Reference reference(String certificate, String label) {
    return new Reference(
        certificate, new Use("service", "eu-west-1", "arn:resource", "default", label));
  }

  private static ServerCertificate certificate(String name) {
    return new ServerCertificate(
        name,
        "ASCA-" + name,
        "arn:aws:iam::123456789012:server-certificate/" + name,
        "/",
        NOW,
        Optional.of(NOW));
  }
}
