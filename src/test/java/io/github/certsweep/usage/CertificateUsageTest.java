package io.github.certsweep.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CertificateUsageTest {
  private static final CertificateUser LISTENER = use("ALB listener eu-west-1 app/prod:443 (SNI)");
  private static final CertificateUser DISTRIBUTION = use("CloudFront E2AB");
  private static final UncheckedPlace DENIED =
      new UncheckedPlace("appsync", "eu-west-3", "AccessDenied", "AccessDenied: No.");

  private static final UncheckedPlace OTHER =
      new UncheckedPlace("appsync", "eu-west-2", "UnlistedCertificate", "Unlisted");

  @Test
  void nothingFoundAndEverythingSeenIsNotInUse() {
    CertificateUsage usage = new CertificateUsage(List.of(), List.of(), List.of(), List.of(), 68);
    assertThat(usage.isUnused()).isTrue();
    assertThat(usage.sentence(256)).isEqualTo("Not in use.");
  }

  @Test
  void usersAreNamed() {
    CertificateUsage usage =
        new CertificateUsage(List.of(LISTENER, DISTRIBUTION), List.of(), List.of(), List.of(), 68);
    assertThat(usage.isUnused()).isFalse();
    assertThat(usage.inUse()).isTrue();
    assertThat(usage.sentence(256))
        .isEqualTo("In use by 2: ALB listener eu-west-1 app/prod:443 (SNI), CloudFront E2AB.");
  }

  @Test
  void whatCouldNotBeSeenIsUnknownAndNotUnused() {
    CertificateUsage usage =
        new CertificateUsage(List.of(), List.of(DENIED), List.of(), List.of(), 68);
    assertThat(usage.isUnused()).isFalse();
    assertThat(usage.inUse()).isFalse();
    assertThat(usage.sentence(256))
        .isEqualTo("Usage unknown: 1 of 68 checks failed (eu-west-3 appsync: AccessDenied).");
  }

  @Test
  void usersComeBeforeFailedChecks() {
    assertThat(
            new CertificateUsage(
                    List.of(DISTRIBUTION), List.of(DENIED, OTHER, OTHER), List.of(), List.of(), 68)
                .sentence(256))
        .isEqualTo("In use by 1: CloudFront E2AB. 2 of 68 checks failed.");
  }

  @Test
  void whatWasForgivenIsNamedBesideNotInUse() {
    CertificateUsage usage =
        new CertificateUsage(List.of(), List.of(), List.of(DENIED), List.of(), 68);
    assertThat(usage.isUnused()).isTrue();
    assertThat(usage.sentence(256))
        .isEqualTo(
            "Not in use. Not checked (allowed by UsageExceptions): eu-west-3 appsync: AccessDenied.");
    assertThat(usage.sentence(70))
        .isEqualTo("Not in use. Not checked (allowed by UsageExceptions): 1 not named here.");
  }

  @Test
  void whereNothingWasSearchedNothingIsKnown() {
    CertificateUsage usage = new CertificateUsage(List.of(), List.of(), List.of(), List.of(), 0);
    assertThat(usage.isUnused()).isFalse();
    assertThat(usage.sentence(256)).isEqualTo("Usage unknown: nothing was searched.");
  }

  @Test
  void namesThatDoNotFitAreCounted() {
    List<CertificateUser> many =
        IntStream.rangeClosed(1, 50)
            .mapToObj(i -> use("ALB listener eu-west-1 app/a" + i + ":443"))
            .toList();
    CertificateUsage usage = new CertificateUsage(many, List.of(), List.of(), List.of(), 68);
    for (int length = 40; length < 2000; length++) {
      String sentence = usage.sentence(length);
      assertThat(sentence)
          .hasSizeLessThanOrEqualTo(length)
          .startsWith("In use by 50: ")
          .endsWith(".");
    }
    assertThat(usage.sentence(100))
        .isEqualTo(
            "In use by 50: ALB listener eu-west-1 app/a1:443, ALB listener eu-west-1 app/a2:443 and 48 more.");
    assertThat(usage.sentence(40)).isEqualTo("In use by 50: 50 not named here.");
    assertThat(usage.sentence(5000)).endsWith("app/a50:443.");
  }

  private static CertificateUser use(String label) {
    return new CertificateUser("service", "eu-west-1", "arn", "default", label);
  }
}
