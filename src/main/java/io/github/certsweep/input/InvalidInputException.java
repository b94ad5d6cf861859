package io.github.certsweep.input;

/**
 * The invocation itself is wrong: an event or a parameter that cannot be understood. Trying again
 * does not help; the message names the value and says what to correct.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidInputException(String message) {
    super(message);
  }
}
