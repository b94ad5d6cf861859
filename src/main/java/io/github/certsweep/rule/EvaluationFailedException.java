package io.github.certsweep.rule;

/**
 * An evaluation that could not be made, or not be reported in full. The message says what to do.
 */
public final class EvaluationFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EvaluationFailedException(String message) {
    super(message);
  }
}
