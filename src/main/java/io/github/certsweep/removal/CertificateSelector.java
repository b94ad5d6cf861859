package io.github.certsweep.removal;

import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.input.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a caller calls a certificate: its name, its id, or its ARN with or without the path. */
public final class CertificateSelector {
  /** What IAM allows as a name. */
  static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,128}");

  private static final Pattern ARN =
      Pattern.compile(
          "arn:[a-z-]+:iam::[0-9]{12}:server-certificate/([\\x21-\\x7e]+/)?[\\w+=,.@-]{1,128}");

  private final String text;

  private CertificateSelector(String text) {
    this.text = text;
  }

  /**
   * Reads what a caller gave.
   *
   * @throws InvalidInputException if it can be neither a name, an id nor an ARN
   */
  public static CertificateSelector parse(String text) {
    Pattern expected = text.startsWith("arn:") ? ARN : NAME;
    if (!expected.matcher(text).matches()) {
      throw new InvalidInputException(
          InvalidInputException.quote(text)
              + " is no IAM server certificate: give its name (letters, digits and +=,.@_-, 128 at most), its id"
              + " (ASCA...), or its ARN (arn:aws:iam::123456789012:server-certificate/path/name).");
    }
    return new CertificateSelector(text);
  }

  /**
   * The certificate that is meant; empty if there is none.
   *
   * @throws InvalidInputException if the text is the name of one and the id of another
   */
  Optional<ServerCertificate> select(List<ServerCertificate> listed) {
    List<ServerCertificate> matching = listed.stream().filter(this::matches).toList();
    if (matching.size() > 1) {
      throw new InvalidInputException(
          InvalidInputException.quote(text)
              + " is ambiguous: it is the name of one server certificate and the id of another. Give the ARN.");
    }
    return matching.stream().findFirst();
  }

  private boolean matches(ServerCertificate certificate) {
    return text.equals(certificate.name())
        || text.equals(certificate.id())
        || text.equals(certificate.arn())
        || text.equals(arnWithoutPath(certificate));
  }

  private static String arnWithoutPath(ServerCertificate certificate) {
    String arn = certificate.arn();
    return arn.substring(0, arn.indexOf('/') + 1) + certificate.name();
  }

  @Override
  public String toString() {
    return text;
  }
}
