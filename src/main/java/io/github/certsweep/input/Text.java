package io.github.certsweep.input;

import java.util.regex.Pattern;

/** Makes text that came from outside fit for one line of a log or an answer. */
public final class Text {
  private static final Pattern BREAKS_OR_INVISIBLE = Pattern.compile("[\\s\\p{Cc}\\p{Z}]+");

  private Text() {}

  /** The text on one line: a space stands for each run of white space and control characters. */
  public static String oneLine(String text) {
    return BREAKS_OR_INVISIBLE.matcher(text).replaceAll(" ").strip();
  }

  /** The text, or its beginning and {@code "..."}; never longer than {@code maxLength}. */
  public static String shorten(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    int end = maxLength - 3;
    // Half of a character is none.
    boolean splits = end > 0 && Character.isHighSurrogate(text.charAt(end - 1));
    return text.substring(0, splits ? end - 1 : end) + "...";
  }
}
