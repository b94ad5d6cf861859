package io.github.certsweep.verdict;

import static java.util.stream.Collectors.joining;

import io.github.certsweep.certificate.CertificateIdentifiers;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.input.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** How a caller names a certificate: by name, by id, or by ARN with or without the path. */
public final class CertificateSelector {
  private final String text;

  private CertificateSelector(String text) {
    this.text = text;
  }

  /**
   * Reads a caller's text.
   *
   * @throws InvalidInputException if it can't be a name, an id or an ARN
   */
  public static CertificateSelector parse(String text) {
    Pattern expected =
        text.startsWith("arn:") ? CertificateIdentifiers.ARN : CertificateIdentifiers.NAME;
    if (!expected.matcher(text).matches()) {
      throw new InvalidInputException(
          InvalidInputException.quote(text)
              + " is not the name, id or ARN of an IAM server certificate. Give its name (up to 128 letters, digits and"
              + " +=,.@_-), its id (such as ASCAIOSFODNN7EXAMPLE1), or its ARN"
              + " (arn:aws:iam::123456789012:server-certificate/path/name).");
    }
    return new CertificateSelector(text);
  }

  /**
   * The selected certificate; empty if there is none. IAM ignores the case of names, so a name in
   * another case selects the certificate too, unless another one matches exactly.
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
              + " is ambiguous. It names more than one server certificate: "
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
