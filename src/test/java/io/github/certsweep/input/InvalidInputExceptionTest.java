package io.github.certsweep.input;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvalidInputExceptionTest {
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\u0000", "\u0085", "\u2028", "\u2029", "\u001B", "\uD83D"})
  void quotedTextBreaksNoLineOfTheLog(String control) {
    assertThat(new InvalidInputException("\"name\" is \"www" + control + "{}\".").getMessage())
        .isEqualTo("\"name\" is \"www\\u%04x{}\".", (int) control.charAt(0));
  }

  @Test
  void otherTextIsQuotedAsItIs() {
    String text = "\"name\" is \"Ünï+=,.@-_ / \\\".";
    assertThat(new InvalidInputException(text)).hasMessage(text);
  }
}
