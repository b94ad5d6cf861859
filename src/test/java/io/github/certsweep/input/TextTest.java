package io.github.certsweep.input;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTest {
  @Test
  void breaksAndInvisibleCharactersBecomeOneSpace() {
    assertThat(Text.oneLine(" two\r\n  lines\u2028and\u0000\u0085more\t"))
        .isEqualTo("two lines and more");
    assertThat(Text.oneLine("\u0000\n ")).isEmpty();
  }

  @Test
  void shorteningKeepsWhatFitsAndNeverExceedsTheLength() {
    assertThat(Text.shorten("12345", 5)).isEqualTo("12345");
    assertThat(Text.shorten("123456", 5)).isEqualTo("12...");
  }
}
