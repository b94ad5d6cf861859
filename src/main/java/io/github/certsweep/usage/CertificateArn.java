package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.input.InvalidInputException;
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
   * No certificate, one of ACM, or what a Classic Load Balancer shows if its certificate was
   * deleted.
   */
  private static final Pattern NOT_OF_IAM =
      Pattern.compile("arn:[a-z-]+:acm:.+|Invalid-Certificate|");

  /**
   * Reads it. Empty if the text is absent, the ARN of an ACM certificate, or {@code
   * Invalid-Certificate}.
   *
   * @param call that the text is an answer to
   * @throws io.github.certsweep.aws.AwsCallException if the text is anything else: it could be a
   *     reference to any certificate
   */
  static Optional<CertificateArn> of(AwsCall call, Optional<String> text) {
    Optional<CertificateArn> arn =
        text.map(PATTERN::matcher)
            .filter(Matcher::matches)
            .map(
                matcher -> new CertificateArn(matcher.group(), matcher.group(1), matcher.group(2)));
    call.require(
        arn.isPresent() || text.filter(one -> !NOT_OF_IAM.matcher(one).matches()).isEmpty(),
        "It names "
            + InvalidInputException.quote(text.orElse(""))
            + " as a certificate, which is an ARN of neither IAM nor ACM.");
    return arn;
  }
}
