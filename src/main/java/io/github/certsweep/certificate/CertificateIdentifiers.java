package io.github.certsweep.certificate;

import java.util.regex.Pattern;

/**
 * What IAM's own model allows as the name, the id and the ARN of a server certificate ({@code
 * serverCertificateNameType}, {@code idType}, {@code arnType}). New ids begin with {@code ASCA},
 * but old ones may not: AWS's user guide shows {@code AS5YBEIONO2Q7CAIHKNGC}.
 */
public final class CertificateIdentifiers {
  /** IAM treats names that differ only in case as one name. */
  public static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,128}");

  /** IAM gives an id at upload. It survives a rename and is never used again. */
  public static final Pattern ID = Pattern.compile("\\w{16,128}");

  /** With or without the path. */
  public static final Pattern ARN =
      Pattern.compile(
          "arn:[a-z-]+:iam::[0-9]{12}:server-certificate/([\\x21-\\x7e]+/)?[\\w+=,.@-]{1,128}");

  private CertificateIdentifiers() {}
}
