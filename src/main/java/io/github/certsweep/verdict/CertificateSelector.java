package io.github.certsweep.verdict;

import static java.util.stream.Collectors.joining;

import io.github.certsweep.certificate.CertificateIdentifiers;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.input.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a caller calls a certificate: its name, its id, or its ARN with or without the path. */
public final class CertificateSelector {
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
    Pattern expected =
        text.startsWith("arn:") ? CertificateIdentifiers.ARN : CertificateIdentifiers.NAME;
    if (!expected.matcher(text).matches()) {
      throw new InvalidInputException(
          InvalidInputException.quote(text)
              + " is no IAM server certificate: give its name (letters, digits and +=,.@_-, 128 at most), its id"
              + " (such as ASCAIOSFODNN7EXAMPLE1), or its ARN (arn:aws:iam::123456789012:server-certificate/path/name).");
    }
    return new CertificateSelector(text);
  }

  /**
   * The certificate that is meant; empty if there is none. Names that differ in case only are one
   * name to IAM, so a name in another case means the certificate too, unless something matches
   * exactly.
   *
   * @throws InvalidInputException if the text is the name of one and the id of another
   */
  Optional<ServerCertificate> select(List<ServerCertificate> listed) {
    return only(listed, this::matches)
        .or(() -> only(listed, one -> text.equalsIgnoreCase(one.name())));
  }

  private Optional<ServerCertificate> only(
      List<ServerCertificate> listed, Predicate<ServerCertificate> meant) {
    List<ServerCertificate> matching = listed.stream().filter(meant).toList();
    if (matching.size() > 1) {
      throw new InvalidInputException(
          InvalidInputException.quote(text)
              + " is ambiguous: it names more than one server certificate, "
              + matching.stream().map(ServerCertificate::arn).collect(joining(" and "))
              + ". Give the ARN.");
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
