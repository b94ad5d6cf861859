package io.github.certsweep.input;

import java.util.regex.Pattern;

/**
 * The event, the request or a parameter is wrong. Trying again does not help. The message names the
 * value and says what to correct.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int QUOTED_AT_MOST = 80;

  /** Control characters, line separators, and halves of surrogate pairs. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}]");

  /**
   * Makes the message one line. It quotes text from outside, which must not be able to forge a line
   * of the log. What can't be printed is written as in JSON, for example a line break as {@code
   * \\u000a}.
   */
  public InvalidInputException(String message) {
    super(
        UNPRINTABLE
            .matcher(message)
            .replaceAll(found -> String.format("\\\\u%04x", (int) found.group().charAt(0))));
  }

  /** A bad value in quotation marks; the beginning of a long one. */
  public static String quote(String value) {
    return quote(value, QUOTED_AT_MOST);
  }

  static String quote(String value, int atMost) {
    return value.length() <= atMost
        ? "\"" + value + "\""
        : "\"" + value.substring(0, atMost) + "...\" (" + value.length() + " characters)";
  }
}
