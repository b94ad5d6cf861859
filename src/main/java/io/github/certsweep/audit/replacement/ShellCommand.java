package io.github.certsweep.audit.replacement;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.regex.Pattern;

/** A command for a POSIX shell. */
final class ShellCommand {
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

  private ShellCommand() {}

  /** The words as one line that a shell takes apart into the same words. */
  static String of(String... words) {
    return Arrays.stream(words).map(ShellCommand::quoted).collect(joining(" "));
  }

  static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
