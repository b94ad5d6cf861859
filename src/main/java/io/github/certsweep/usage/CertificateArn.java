package io.github.certsweep.usage;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ARN of an IAM server certificate, as a load balancer or a domain name shows it.
 *
 * @param text the whole ARN
 */
record CertificateArn(String text, String partition, String account) {
  private static final Pattern PATTERN =
      Pattern.compile("arn:([a-z-]+):iam::([0-9]{12}):server-certificate/.+");

  /**
   * Reads it. Empty if the text is not the ARN of an IAM server certificate but absent, that of an
   * ACM certificate, or {@code Invalid-Certificate}.
   */
  static Optional<CertificateArn> of(Optional<String> text) {
    return text.map(PATTERN::matcher)
        .filter(Matcher::matches)
        .map(matcher -> new CertificateArn(matcher.group(), matcher.group(1), matcher.group(2)));
  }
}
