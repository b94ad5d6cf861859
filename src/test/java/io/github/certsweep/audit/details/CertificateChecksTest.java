package io.github.certsweep.audit.details;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.audit.report.Warning.Code;
import io.github.certsweep.fake.X509;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CertificateChecksTest {
  private static final Instant NOW = Instant.parse("2026-11-27T00:00:00Z");

  private final X509.Made root = X509.named("Root").newKey().make();
  private final X509.Made intermediate = X509.named("Intermediate").newKey().by(root).make();
  private final X509.Made leaf =
      X509.named("www").newKey().by(intermediate).until("2027-06-01T00:00:00Z").make();

  private static List<Warning> warnings(X509.Made certificate, X509.Made... chain) {
    return new CertificateChecks(
            certificate.certificate(), Stream.of(chain).map(X509.Made::certificate).toList(), NOW)
        .warnings();
  }

  private static List<Code> codes(X509.Made certificate, X509.Made... chain) {
    return warnings(certificate, chain).stream().map(Warning::code).toList();
  }

  @Test
  void aGoodChainGivesNoWarningWithOrWithoutItsRoot() {
    assertThat(warnings(leaf, intermediate)).isEmpty();
    assertThat(warnings(leaf, intermediate, root)).isEmpty();
  }

  @Test
  void aMissingChainIsTold() {
    assertThat(warnings(leaf))
        .singleElement()
        .satisfies(warning -> assertThat(warning.code()).isEqualTo(Code.CHAIN_MISSING))
        .satisfies(warning -> assertThat(warning.text()).contains("\"CN=Intermediate\""));
  }

  @Test
  void whatSignsItselfNeedsNoChain() {
    assertThat(warnings(X509.named("self").make())).isEmpty();
  }

  @Test
  void aWrongOrderIsToldFromABrokenChain() {
    assertThat(codes(leaf, root, intermediate)).containsExactly(Code.CHAIN_ORDER);
    assertThat(codes(leaf, X509.named("Other").newKey().make())).containsExactly(Code.CHAIN_BROKEN);
    assertThat(codes(leaf, intermediate, X509.named("Other").newKey().make()))
        .containsExactly(Code.CHAIN_BROKEN);
  }

  @Test
  void anIssuerOfTheSameNameWithAnotherKeyDoesNotCount() {
    X509.Made namesake = X509.named("Intermediate").newKey().by(root).make();
    assertThat(codes(leaf, namesake)).containsExactly(Code.CHAIN_BROKEN);
  }

  @Test
  void anExpiredIntermediateIsRefusedByClients() {
    X509.Made expired = X509.named("Old").newKey().by(root).until("2021-09-30T14:01:15Z").make();
    X509.Made below = X509.named("www").by(expired).make();
    assertThat(warnings(below, expired, root))
        .singleElement()
        .satisfies(warning -> assertThat(warning.code()).isEqualTo(Code.CHAIN_EXPIRED))
        .satisfies(warning ->
            assertThat(warning.text())
                .contains("\"CN=Old\" in the chain expired 2021-09-30T14:01:15Z")
                .contains("Clients refuse the connection"));
  }

  @Test
  void anExpiredRootIsOftenHarmless() {
    X509.Made oldRoot = X509.named("Root").newKey().until("2021-09-30T14:01:15Z").make();
    X509.Made below = X509.named("www").by(oldRoot).make();
    assertThat(warnings(below, oldRoot))
        .singleElement()
        .satisfies(
            warning -> assertThat(warning.text()).contains("a root. That is often harmless"));
  }

  @Test
  void anExpiredLastOneMayBeACrossSignedRoot() {
    X509.Made crossSigned =
        X509.named("ISRG Root X1").newKey().by(root).until("2021-09-30T14:01:15Z").make();
    X509.Made below = X509.named("www").by(crossSigned).make();
    assertThat(warnings(below, crossSigned))
        .singleElement()
        .satisfies(warning ->
            assertThat(warning.text())
                .contains("If it is a cross-signed root, that is often harmless"));
  }

  @Test
  void aChainThatExpiresBeforeTheCertificateIsTold() {
    X509.Made sooner = X509.named("Sooner").newKey().by(root).until("2027-01-01T00:00:00Z").make();
    X509.Made below = X509.named("www").by(sooner).until("2027-06-01T00:00:00Z").make();
    assertThat(codes(below, sooner)).containsExactly(Code.CHAIN_EXPIRES_FIRST);
  }

  @Test
  void aChainThatExpiresWithTheCertificateIsNot() {
    X509.Made same = X509.named("Same").newKey().by(root).until("2027-06-01T00:00:00Z").make();
    X509.Made below = X509.named("www").by(same).until("2027-06-01T00:00:00Z").make();
    assertThat(codes(below, same)).isEmpty();
  }

  @Test
  void shortKeysAreToldInCertificateAndChain() {
    X509.Made weak = X509.named("Weak").rsa(1024).by(root).make();
    assertThat(codes(X509.named("www").rsa(1024).by(weak).make(), weak))
        .containsExactly(Code.SHORT_KEY, Code.SHORT_KEY);
    assertThat(codes(X509.named("www").rsa(2048).by(intermediate).make(), intermediate)).isEmpty();
  }

  @Test
  void sha1IsToldButNotOfARoot() {
    X509.Made oldRoot = X509.named("Root").newKey().signedWith("SHA1withECDSA").make();
    X509.Made signed = X509.named("www").by(oldRoot).signedWith("SHA1withECDSA").make();
    assertThat(codes(signed, oldRoot)).containsExactly(Code.SHA1_SIGNATURE);
  }
}
