package io.github.certsweep.audit.details;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.CertificateDetails.ChainCertificate;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Reads X.509 certificates in PEM, as IAM returns them. */
final class CertificateParser {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private CertificateParser() {}

  /**
   * The certificates in a PEM text, in their order.
   *
   * @throws CertificateException if one can't be read, or there is none
   */
  static List<X509Certificate> parse(String pem) throws CertificateException {
    Collection<? extends java.security.cert.Certificate> read =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem.getBytes(US_ASCII)));
    if (read.isEmpty()) {
      throw new CertificateException("there is no certificate in it");
    }
    return read.stream().map(X509Certificate.class::cast).toList();
  }

  /**
   * What a certificate says of itself.
   *
   * @throws CertificateException if its names can't be read
   */
  static CertificateDetails details(X509Certificate certificate, List<X509Certificate> chain)
      throws CertificateException {
    return new CertificateDetails(
        names(certificate),
        subject(certificate),
        issuer(certificate),
        certificate.getSerialNumber().toString(16),
        certificate.getNotBefore().toInstant(),
        KeyTypes.of(certificate.getPublicKey()),
        certificate.getSigAlgName(),
        fingerprint(certificate),
        chain.stream().map(CertificateParser::chainCertificate).toList());
  }

  static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  static String issuer(X509Certificate certificate) {
    return certificate.getIssuerX500Principal().getName();
  }

  private static ChainCertificate chainCertificate(X509Certificate one) {
    return new ChainCertificate(subject(one), issuer(one), one.getNotAfter().toInstant());
  }

  /**
   * The names a client may accept it for. The common name counts only without alternative names
   * (RFC 6125, 6.4.4); current clients ignore even that.
   */
  private static List<String> names(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives == null) {
      return commonName(certificate).stream().toList();
    }
    return alternatives.stream()
        .filter(one -> one.get(0).equals(DNS_NAME) || one.get(0).equals(IP_ADDRESS))
        .map(one -> one.get(1).toString())
        .distinct()
        .toList();
  }

  private static Optional<String> commonName(X509Certificate certificate)
      throws CertificateParsingException {
    try {
      return new LdapName(subject(certificate))
          .getRdns().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .map(Object::toString)
              .findFirst();
    } catch (InvalidNameException e) {
      throw new CertificateParsingException("its subject can't be read", e);
    }
  }

  private static String fingerprint(X509Certificate certificate) throws CertificateException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }
}
