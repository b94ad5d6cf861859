package io.github.certsweep.fake;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Real certificates for tests: {@code X509.named("www").by(authority).until(end).make()}. */
public final class X509 {
  /** A certificate with the key that signs what it issues. */
  public record Made(X509Certificate certificate, KeyPair keys) {
    public String pem() {
      return X509.pem(certificate);
    }
  }

  public static final Instant START = Instant.parse("2020-01-01T00:00:00Z");
  public static final Instant END = Instant.parse("2030-01-01T00:00:00Z");

  private static final KeyPair P256 = ec("secp256r1");

  private final String subject;
  private final List<GeneralName> names = new ArrayList<>();
  private Optional<Made> issuer = Optional.empty();
  private Optional<KeyPair> keys = Optional.empty();
  private Optional<String> signature = Optional.empty();
  private Instant start = START;
  private Instant end = END;

  private X509(String subject) {
    this.subject = subject;
  }

  /** A certificate with this common name; self-signed unless {@link #by} says otherwise. */
  public static X509 named(String commonName) {
    return new X509("CN=" + commonName);
  }

  public X509 by(Made authority) {
    issuer = Optional.of(authority);
    return this;
  }

  public X509 from(Instant instant) {
    start = instant;
    return this;
  }

  public X509 until(String instant) {
    end = Instant.parse(instant);
    return this;
  }

  public X509 dns(String... more) {
    for (String name : more) {
      names.add(new GeneralName(GeneralName.dNSName, name));
    }
    return this;
  }

  public X509 ip(String address) {
    names.add(new GeneralName(GeneralName.iPAddress, address));
    return this;
  }

  public X509 email(String address) {
    names.add(new GeneralName(GeneralName.rfc822Name, address));
    return this;
  }

  public X509 rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      keys = Optional.of(generator.generateKeyPair());
      return this;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public X509 curve(String name) {
    keys = Optional.of(ec(name));
    return this;
  }

  /** Signs with this algorithm, for example {@code "SHA1withECDSA"}. */
  public X509 signedWith(String algorithm) {
    signature = Optional.of(algorithm);
    return this;
  }

  public Made make() {
    KeyPair own = keys.orElse(P256);
    KeyPair signing = issuer.map(Made::keys).orElse(own);
    X500Name issuerName =
        new X500Name(
            issuer
                .map(made -> made.certificate().getSubjectX500Principal().getName())
                .orElse(subject));
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuerName,
              BigInteger.valueOf(4711),
              Date.from(start),
              Date.from(end),
              new X500Name(subject),
              own.getPublic());
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
      }
      String algorithm =
          signature.orElse(
              signing.getPublic().getAlgorithm().equals("RSA")
                  ? "SHA256withRSA"
                  : "SHA256withECDSA");
      return new Made(
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder(algorithm).build(signing.getPrivate()))),
          own);
    } catch (OperatorCreationException
        | GeneralSecurityException
        | org.bouncycastle.cert.CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The certificates in PEM, one after the other. */
  public static String pem(X509Certificate... certificates) {
    return List.of(certificates).stream().map(X509::block).collect(Collectors.joining());
  }

  private static String block(X509Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A key of its own, so that a signature tells authorities of the same name apart. */
  public X509 newKey() {
    return curve("secp256r1");
  }

  private static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
