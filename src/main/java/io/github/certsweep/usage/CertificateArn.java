package io.github.certsweep.usage;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ARN of an IAM server certificate, as a load balancer or a domain name shows it.
 *
 * @param text the whole ARN, or a text that can't be read and so may mean any certificate
 * @param owner empty if it can't be read
 */
record CertificateArn(String text, Optional<Owner> owner) {
  private static final Pattern PATTERN =
      Pattern.compile("arn:([a-z-]+):iam::([0-9]{12}):server-certificate/.+");

  /**
   * No certificate, one of ACM, or what a Classic Load Balancer shows if its certificate is gone.
   */
  private static final Pattern NOT_OF_IAM =
      Pattern.compile("|arn:[a-z-]+:acm:.+|Invalid-Certificate");

  /** Whose certificate it is. */
  record Owner(String partition, String account) {}

  /** Reads it. Empty if the text is absent, or certainly not a certificate of IAM. */
  static Optional<CertificateArn> of(Optional<String> text) {
    return text.filter(one -> !NOT_OF_IAM.matcher(one).matches())
        .map(one -> {
          Matcher read = PATTERN.matcher(one);
          return new CertificateArn(
              one,
              read.matches()
                  ? Optional.of(new Owner(read.group(1), read.group(2)))
                  : Optional.empty());
        });
  }
}
