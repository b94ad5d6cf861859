package io.github.certsweep.audit;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;

/**
 * Where the output goes to.
 *
 * @param interactive whether a person looks on, so that progress is worth showing
 * @param colors whether it shows colors and bold type
 * @param width where to break lines, in columns; very large if lines should not be broken
 */
record Terminal(boolean interactive, boolean colors, int width) {
  /** A file, or a pipe to another program. */
  static final Terminal NONE = new Terminal(false, false, Integer.MAX_VALUE);

  private static final int USUAL_WIDTH = 100;

  /**
   * Looks at the process's streams.
   *
   * @param console the process's, if it has one
   */
  static Terminal of(Map<String, String> environment, Optional<Console> console) {
    if (console.filter(Console::isTerminal).isEmpty()) {
      return NONE;
    }
    return ofConsole(environment);
  }

  static Terminal ofConsole(Map<String, String> environment) {
    boolean dumb = environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal(
        !dumb,
        !dumb && !environment.containsKey("NO_COLOR"),
        width(environment.getOrDefault("COLUMNS", "")));
  }

  /** Shells set COLUMNS for themselves; a person can export it. */
  private static int width(String columns) {
    return columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : USUAL_WIDTH;
  }

  /** Shows each step in place of the one before, if a person looks on. */
  Progress progress(PrintWriter err) {
    if (!interactive) {
      return Progress.SILENT;
    }
    return step -> {
      err.print("\r\u001b[K" + (step.isEmpty() ? "" : step + " ..."));
      err.flush();
    };
  }
}
