package io.github.certsweep.audit.organization.report;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.input.Text;

/**
 * Something that could not be looked at, so nothing is known about it.
 *
 * @param what for example {@code "The accounts of the organization"}
 * @param code the error's code, for example {@code "AccessDeniedException"}
 * @param error what went wrong and what to do, in one line
 */
public record UncheckedPart(String what, String code, String error) {
  public UncheckedPart {
    error = Text.oneLine(error);
  }

  public static UncheckedPart of(String what, AwsCallException failure) {
    return new UncheckedPart(what, failure.code(), failure.getMessage());
  }

  /** The same failure, said of something else. */
  public UncheckedPart saidOf(String other) {
    return new UncheckedPart(other, code, error);
  }
}
