package io.github.certsweep.audit.details;

import static io.github.certsweep.audit.details.CertificateParser.issuer;
import static io.github.certsweep.audit.details.CertificateParser.subject;

import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.audit.report.Warning.Code;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is wrong with a certificate, its key or its chain, and what a client sees of it. None of it
 * makes the certificate NON_COMPLIANT: the control asks for the expiration alone.
 *
 * @param chain as stored: the issuer's certificate first
 */
record CertificateChecks(X509Certificate certificate, List<X509Certificate> chain, Instant at) {
  private static final int SHORTEST_RSA = 2048;

  List<Warning> warnings() {
    List<Warning> warnings = new ArrayList<>();
    structure().ifPresent(warnings::add);
    chain.forEach(one -> validity(one).ifPresent(warnings::add));
    weakness(certificate, "The certificate").forEach(warnings::add);
    chain.forEach(one -> weakness(one, named(one)).forEach(warnings::add));
    return warnings;
  }

  private Optional<Warning> structure() {
    if (chain.isEmpty()) {
      return isSelfIssued(certificate)
          ? Optional.empty()
          : Optional.of(
              new Warning(
                  Code.CHAIN_MISSING,
                  "No chain is stored. Clients that do not have \""
                      + issuer(certificate)
                      + "\" already can't verify the certificate. Browsers may find it by"
                      + " themselves; most other programs do not."));
    }
    X509Certificate before = certificate;
    for (X509Certificate one : chain) {
      if (!isIssuedBy(before, one)) {
        return Optional.of(isOnlyOutOfOrder() ? wrongOrder() : broken(before, one));
      }
      before = one;
    }
    return Optional.empty();
  }

  private static Warning wrongOrder() {
    return new Warning(
        Code.CHAIN_ORDER,
        "The chain is stored in the wrong order. Some clients refuse the connection. Each"
            + " certificate must be followed by the one of its issuer.");
  }

  private static Warning broken(X509Certificate before, X509Certificate one) {
    return new Warning(
        Code.CHAIN_BROKEN,
        "The chain is broken: \""
            + subject(before)
            + "\" was not issued by \""
            + subject(one)
            + "\", which follows it. Clients that can't find another way to a trusted root refuse"
            + " the connection.");
  }

  /** Whether the chain's certificates lead upwards one by one, though stored in another order. */
  private boolean isOnlyOutOfOrder() {
    List<X509Certificate> left = new ArrayList<>(chain);
    X509Certificate before = certificate;
    while (!left.isEmpty()) {
      X509Certificate child = before;
      Optional<X509Certificate> next =
          left.stream().filter(one -> isIssuedBy(child, one)).findFirst();
      if (next.isEmpty()) {
        return false;
      }
      before = next.get();
      left.remove(before);
    }
    return true;
  }

  private Optional<Warning> validity(X509Certificate one) {
    Instant end = one.getNotAfter().toInstant();
    Instant certificatesEnd = certificate.getNotAfter().toInstant();
    if (at.isAfter(end)) {
      return Optional.of(
          new Warning(Code.CHAIN_EXPIRED, named(one) + " expired " + end + ". " + seen(one)));
    }
    if (end.isBefore(certificatesEnd)) {
      return Optional.of(
          new Warning(
              Code.CHAIN_EXPIRES_FIRST,
              named(one)
                  + " expires "
                  + end
                  + ", before the certificate itself. Get a new chain from the issuer by then."));
    }
    return Optional.empty();
  }

  /** What clients see of an expired certificate in the chain. */
  private String seen(X509Certificate one) {
    if (isSelfIssued(one)) {
      return "It is a root. That is often harmless, because clients use their own copy of a root.";
    }
    if (one.equals(chain.getLast())) {
      return "If it is a cross-signed root, that is often harmless: clients trust the root itself."
          + " If it is an intermediate, clients refuse the connection.";
    }
    return "Clients refuse the connection, unless they know another way to a trusted root.";
  }

  private static List<Warning> weakness(X509Certificate one, String name) {
    List<Warning> warnings = new ArrayList<>();
    if (one.getPublicKey() instanceof RSAPublicKey key
        && key.getModulus().bitLength() < SHORTEST_RSA) {
      warnings.add(
          new Warning(
              Code.SHORT_KEY,
              name
                  + " has an RSA key of "
                  + key.getModulus().bitLength()
                  + " bits. Current clients refuse fewer than 2048."));
    }
    String signature = one.getSigAlgName().toUpperCase(Locale.ROOT);
    // Nobody verifies a root's signature by itself.
    if (!isSelfIssued(one) && (signature.startsWith("SHA1") || signature.startsWith("MD5"))) {
      warnings.add(
          new Warning(
              Code.SHA1_SIGNATURE,
              name + " is signed with " + one.getSigAlgName() + ". Current clients refuse it."));
    }
    return warnings;
  }

  private static String named(X509Certificate one) {
    return "\"" + subject(one) + "\" in the chain";
  }

  private static boolean isSelfIssued(X509Certificate one) {
    return one.getSubjectX500Principal().equals(one.getIssuerX500Principal());
  }

  /** By name and by signature: two certificates of a CA may have the same name. */
  private static boolean isIssuedBy(X509Certificate child, X509Certificate issuer) {
    if (!child.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      child.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
