package io.github.certsweep.audit;

import io.github.certsweep.input.Text;

/** The caller has no usable AWS credentials. The message is one line with the remedy. */
final class NoCredentialsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The SDK lists every provider it tried, which nobody reads to the end. */
  private static final int REASON_LENGTH = 300;

  NoCredentialsException(RuntimeException cause) {
    super(
        "No AWS credentials: "
            + sentence(
                Text.shorten(Text.oneLine(String.valueOf(cause.getMessage())), REASON_LENGTH))
            + " Sign in (for example with aws sso login), give --profile, or set AWS_ACCESS_KEY_ID"
            + " and AWS_SECRET_ACCESS_KEY.",
        cause);
  }

  private static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }
}
