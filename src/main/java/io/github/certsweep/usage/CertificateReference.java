package io.github.certsweep.usage;

import io.github.certsweep.certificate.CertificateIdentifiers;
import io.github.certsweep.certificate.ServerCertificate;

/**
 * A resource's reference to the certificate that it uses.
 *
 * @param certificate the ARN or the id of an IAM server certificate, as the resource shows it
 * @param isId whether it is from a field for ids, as CloudFront has one
 */
public record CertificateReference(String certificate, boolean isId, CertificateUser user) {
  static CertificateReference byArn(String arn, CertificateUser user) {
    return new CertificateReference(arn, false, user);
  }

  static CertificateReference byId(String id, CertificateUser user) {
    return new CertificateReference(id, true, user);
  }

  boolean isTo(ServerCertificate one) {
    return certificate.equals(isId ? one.id() : one.arn());
  }

  /**
   * Whether it can't be to this certificate, even if that was renamed. An id survives a rename and
   * is never used again, so another well-formed id means another certificate. An ARN contains the
   * name: one that IAM does not list may be the former ARN of any certificate.
   */
  boolean canNotBeTo(ServerCertificate one) {
    return isId
        && CertificateIdentifiers.ID.matcher(certificate).matches()
        && !certificate.equalsIgnoreCase(one.id());
  }
}
