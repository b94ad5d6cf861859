package io.github.certsweep.usage;

import io.github.certsweep.certificate.CertificateIdentifiers;
import io.github.certsweep.certificate.ServerCertificate;

/**
 * What a resource says of the certificate it uses.
 *
 * @param certificate the ARN or the id of an IAM server certificate, as the resource has it
 * @param isId whether it comes from a field for ids, as CloudFront has one
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
   * Whether it can't be to this certificate, whatever happened to it. Ids survive a rename and are
   * never used again, so that a well-formed id is no other certificate's. An ARN changes with the
   * name: one that IAM does not list may be any certificate's former one.
   */
  boolean canNotBeTo(ServerCertificate one) {
    return isId
        && CertificateIdentifiers.ID.matcher(certificate).matches()
        && !certificate.equalsIgnoreCase(one.id());
  }
}
