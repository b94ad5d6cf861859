package io.github.certsweep.certificate;

import java.util.regex.Pattern;

/**
 * What IAM's own model admits as the name, the id and the ARN of a server certificate ({@code
 * serverCertificateNameType}, {@code idType}, {@code arnType}). Today's ids begin with {@code
 * ASCA}; those of old accounts may not: AWS's user guide shows {@code AS5YBEIONO2Q7CAIHKNGC}.
 */
public final class CertificateIdentifiers {
  /** Names that differ in case only are one name to IAM. */
  public static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,128}");

  /** An id is given at upload, survives a rename, and is never used again. */
  public static final Pattern ID = Pattern.compile("\\w{16,128}");

  /** With the path, or without it. */
  public static final Pattern ARN =
      Pattern.compile(
          "arn:[a-z-]+:iam::[0-9]{12}:server-certificate/([\\x21-\\x7e]+/)?[\\w+=,.@-]{1,128}");

  private CertificateIdentifiers() {}
}
