package io.github.certsweep.audit.report;

import java.time.Instant;
import java.util.List;

/**
 * What a certificate says of itself.
 *
 * @param names the DNS names and IP addresses it is valid for: the subject alternative names, or
 *     without any the subject's common name
 * @param subject as in RFC 2253
 * @param issuer as in RFC 2253
 * @param serial hexadecimal
 * @param notBefore the start of its validity
 * @param key ACM's name of the algorithm and size, for example {@code "RSA_2048"} or {@code
 *     "EC_prime256v1"}
 * @param signature for example {@code "SHA256withRSA"}
 * @param fingerprint the SHA-256 digest of the certificate, hexadecimal
 * @param chain the certificates stored with it, in their order
 */
public record CertificateDetails(
    List<String> names,
    String subject,
    String issuer,
    String serial,
    Instant notBefore,
    String key,
    String signature,
    String fingerprint,
    List<ChainCertificate> chain) {
  public CertificateDetails {
    names = List.copyOf(names);
    chain = List.copyOf(chain);
  }

  /** A certificate in the chain. */
  public record ChainCertificate(String subject, String issuer, Instant expiration) {}
}
