package io.github.certsweep.audit.organization;

import java.util.Arrays;
import java.util.Locale;

/** Hears how far the audit is. It is called from several threads, one at a time. */
@FunctionalInterface
public interface Progress {
  /** For callers that do not want to know. */
  Progress NONE = line -> {};

  /**
   * Takes one line that replaces the one before.
   *
   * @param line for example {@code "Details of 120 of 500 accounts"}
   */
  void show(String line);

  /** Shows numbers, in the notation of {@link String#format}. */
  default void show(String format, int... numbers) {
    show(String.format(Locale.ROOT, format, Arrays.stream(numbers).boxed().toArray()));
  }
}
