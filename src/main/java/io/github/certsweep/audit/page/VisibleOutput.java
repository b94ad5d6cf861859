package io.github.certsweep.audit.page;

import gg.jte.TemplateOutput;

/**
 * Shows the characters that nobody can see. Escaping does not help against them: in a name, a
 * control of the writing direction can make {@code gpj.exe} read as {@code exe.jpg}, and one of no
 * width can make two names look the same. The templates have none, so all come from outside.
 */
final class VisibleOutput implements TemplateOutput {
  private final StringBuilder out;

  VisibleOutput(StringBuilder out) {
    this.out = out;
  }

  @Override
  public void writeContent(String value) {
    writeContent(value, 0, value.length());
  }

  @Override
  public void writeContent(String value, int begin, int end) {
    int written = begin;
    for (int i = begin; i < end; ) {
      int character = value.codePointAt(i);
      int next = i + Character.charCount(character);
      if (isInvisible(character)) {
        out.append(value, written, i).append(name(character));
        written = next;
      }
      i = next;
    }
    out.append(value, written, end);
  }

  private static boolean isInvisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL -> character != '\n';
      case Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static String name(int character) {
    return String.format("[U+%04X]", character);
  }
}
