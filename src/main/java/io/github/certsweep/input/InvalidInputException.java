package io.github.certsweep.input;

import java.util.regex.Pattern;

/**
 * The invocation itself is wrong: an event or a parameter that cannot be understood. Trying again
 * does not help; the message names the value and says what to correct.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Pattern LINE_BREAKING = Pattern.compile("[\\p{Cc}\\x{2028}\\x{2029}]");
  private static final int QUOTED_AT_MOST = 80;

  /**
   * The message is one line: what it quotes came from outside, and must not become a line of the
   * log that looks like the function's own.
   */
  public InvalidInputException(String message) {
    super(LINE_BREAKING.matcher(message).replaceAll("\uFFFD"));
  }

  /** A bad value in quotation marks, or enough of a long one to recognise it. */
  public static String quote(String value) {
    return value.length() <= QUOTED_AT_MOST
        ? "\"" + value + "\""
        : "\""
            + value.substring(0, QUOTED_AT_MOST / 2)
            + "...\" ("
            + value.length()
            + " characters)";
  }
}
