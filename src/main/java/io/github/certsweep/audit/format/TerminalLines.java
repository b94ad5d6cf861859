package io.github.certsweep.audit.format;

import io.github.certsweep.input.Text;
import java.io.IOException;

/**
 * Writes lines for a terminal.
 *
 * @param colors whether to use colors and bold type; words say the same
 * @param width of the terminal, in columns
 */
record TerminalLines(Appendable out, boolean colors, int width) {
  private static final String BOLD = "\u001b[1m";
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String PLAIN = "\u001b[0m";

  /** Even with a deep indent, a line has room for this many columns. */
  private static final int NARROWEST = 20;

  void line(String text) throws IOException {
    out.append(text.stripTrailing()).append('\n');
  }

  /** A heading, after an empty line. */
  void title(String text) throws IOException {
    line("");
    line(bold(text));
  }

  /** On as many lines as the terminal needs, broken between words, all indented alike. */
  void wrapped(String indent, String text) throws IOException {
    int room = Math.max(NARROWEST, width - indent.length());
    StringBuilder line = new StringBuilder();
    for (String word : clean(text).split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > room) {
        line(indent + line);
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    line(indent + line);
  }

  String bold(String text) {
    return with(BOLD, clean(text));
  }

  String red(String text) {
    return with(RED, text);
  }

  String yellow(String text) {
    return with(YELLOW, text);
  }

  private String with(String code, String text) {
    return colors ? code + text + PLAIN : text;
  }

  /** The text with spaces up to a column, at least one. */
  static String pad(String text, int columns) {
    return text + " ".repeat(Math.max(1, columns - text.length()));
  }

  /** Names come from other people: none may move the cursor or forge a line. */
  static String clean(String text) {
    return Text.oneLine(text);
  }
}
