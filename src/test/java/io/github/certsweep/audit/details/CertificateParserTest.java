package io.github.certsweep.audit.details;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.CertificateDetails.ChainCertificate;
import io.github.certsweep.fake.X509;
import java.security.cert.CertificateException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateParserTest {
  private static CertificateDetails details(X509 certificate) throws CertificateException {
    return CertificateParser.details(
        CertificateParser.parse(certificate.make().pem()).getFirst(), List.of());
  }

  @Test
  void theAlternativeNamesCountAndThenTheCommonNameDoesNot() throws CertificateException {
    assertThat(
            details(X509.named("cn.example.com").dns("a.example.com", "*.b.example.com")).names())
        .containsExactly("a.example.com", "*.b.example.com");
  }

  @Test
  void withoutAlternativeNamesTheCommonNameCounts() throws CertificateException {
    assertThat(details(X509.named("cn.example.com")).names()).containsExactly("cn.example.com");
  }

  @Test
  void addressesAreNamesAndMailAddressesAreNot() throws CertificateException {
    assertThat(details(X509.named("x").ip("10.0.0.1").email("me@example.com")).names())
        .containsExactly("10.0.0.1");
  }

  @Test
  void aCertificateWithMailAddressesAloneHasNoName() throws CertificateException {
    assertThat(details(X509.named("cn.example.com").email("me@example.com")).names()).isEmpty();
  }

  @Test
  void allElseIsReadToo() throws CertificateException {
    X509.Made authority = X509.named("Authority").make();
    X509.Made made = X509.named("www").by(authority).make();
    CertificateDetails details =
        CertificateParser.details(made.certificate(), List.of(authority.certificate()));
    assertThat(details.subject()).isEqualTo("CN=www");
    assertThat(details.issuer()).isEqualTo("CN=Authority");
    assertThat(details.serial()).isEqualTo("1267");
    assertThat(details.notBefore()).isEqualTo(X509.START);
    assertThat(details.signature()).isEqualTo("SHA256withECDSA");
    assertThat(details.fingerprint()).matches("[0-9a-f]{64}");
    assertThat(details.chain())
        .containsExactly(new ChainCertificate("CN=Authority", "CN=Authority", X509.END));
  }

  @Test
  void keysHaveTheNamesThatAcmGivesThem() throws CertificateException {
    assertThat(details(X509.named("x").rsa(1024)).key()).isEqualTo("RSA_1024");
    assertThat(details(X509.named("x").curve("secp256r1")).key()).isEqualTo("EC_prime256v1");
    assertThat(details(X509.named("x").curve("secp384r1")).key()).isEqualTo("EC_secp384r1");
    assertThat(details(X509.named("x").curve("secp521r1")).key()).isEqualTo("EC_secp521r1");
  }

  @Test
  void aBundleIsReadInItsOrder() throws CertificateException {
    X509.Made first = X509.named("first").make();
    X509.Made second = X509.named("second").make();
    assertThat(CertificateParser.parse(X509.pem(first.certificate(), second.certificate())))
        .containsExactly(first.certificate(), second.certificate());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nothing",
        "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB"
      })
  void whatIsNoCertificateIsRefused(String pem) {
    assertThatThrownBy(() -> CertificateParser.parse(pem)).isInstanceOf(CertificateException.class);
  }
}
