package io.github.certsweep.audit.format;

import java.util.regex.Pattern;

/**
 * A text for a cell that a spreadsheet may open. Spreadsheets run a cell as a formula that begins
 * with {@code = + - @}, some of them also after white space. An apostrophe before it makes it text.
 *
 * @see <a href="https://owasp.org/www-community/attacks/CSV_Injection">OWASP: CSV injection</a>
 */
final class SpreadsheetCell {
  /**
   * The signs in their full width too, which some spreadsheets take for the same. What follows
   * apostrophes gets one more, so that whoever removes one always has the text as it was.
   */
  private static final Pattern FORMULA =
      Pattern.compile("'*(?:[\\s\\p{Z}\\p{C}]*[=+\\-@＝＋－＠]| *[\\t\\r\\n]).*", Pattern.DOTALL);

  private SpreadsheetCell() {}

  /** The text, with an apostrophe before it if it could be a formula. Not for numbers. */
  static String of(String text) {
    String encodable = Encodable.text(text);
    return FORMULA.matcher(encodable).matches() ? "'" + encodable : encodable;
  }
}
