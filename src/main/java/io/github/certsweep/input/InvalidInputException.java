package io.github.certsweep.input;

import java.util.regex.Pattern;

/**
 * The invocation itself is wrong: an event or a parameter that cannot be understood. Trying again
 * does not help; the message names the value and says what to correct.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int QUOTED_AT_MOST = 80;

  /** Control characters, line separators, and halves of surrogate pairs. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}]");

  /**
   * The message is one line: what it quotes came from outside, and must not become a line of the
   * log that looks like the function's own. What can't be printed is written as JSON would, for
   * example a line break as {@code \\u000a}.
   */
  public InvalidInputException(String message) {
    super(
        UNPRINTABLE
            .matcher(message)
            .replaceAll(found -> String.format("\\\\u%04x", (int) found.group().charAt(0))));
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
