package io.github.certsweep.audit.format;

import java.util.regex.Pattern;

/** Text that UTF-8 can carry. */
final class Encodable {
  private static final Pattern HALF_OF_A_PAIR = Pattern.compile("\\p{Cs}");

  private Encodable() {}

  /**
   * The text as it is, but for a half of a surrogate pair without the other half: no encoding has
   * one, so U+FFFD takes its place.
   */
  static String text(String text) {
    return HALF_OF_A_PAIR.matcher(text).replaceAll("\ufffd");
  }
}
