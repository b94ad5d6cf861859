package io.github.certsweep.input;

/**
 * The invocation itself is wrong: an event or a parameter that cannot be understood. Trying again
 * does not help; the message names the value and says what to correct.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int QUOTED_AT_MOST = 80;

  public InvalidInputException(String message) {
    super(message);
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
