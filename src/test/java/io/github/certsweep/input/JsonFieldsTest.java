package io.github.certsweep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1} /* c */",
        "nonsense",
        "{\"a\":1,}"
      })
  void whatIsNotJsonIsRefused(String text) {
    assertThatThrownBy(() -> JsonFields.parse("The event", text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("The event is not");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "\"text\"", "1", "null", "{} {}", "{}1"})
  void whatIsNotOneObjectIsRefused(String text) {
    assertThatThrownBy(() -> JsonFields.parse("The event", text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("The event is not");
  }

  @Test
  void veryDeepNestingIsRefused() {
    assertThatThrownBy(() -> JsonFields.parse("The event", "{\"a\":".repeat(100_000)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aLongBadTextIsQuotedInPart() {
    assertThatThrownBy(() -> JsonFields.parse("The event", "x".repeat(21)))
        .hasMessage(
            "The event is not well-formed JSON: "
                + "\""
                + "x".repeat(20)
                + "...\" (21 characters). Give one JSON object.");
    assertThatThrownBy(() -> JsonFields.parse("The event", "x".repeat(20)))
        .hasMessage(
            "The event is not well-formed JSON: \"" + "x".repeat(20) + "\". Give one JSON object.");
  }

  @Test
  void textIsReadAsItIs() {
    JsonFields fields = JsonFields.parse("It", "{\"a\":\" b \"}");
    assertThat(fields.requiredText("a")).isEqualTo(" b ");
    assertThat(fields.names()).containsExactly("a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"a\":null}", "{\"a\":\"\"}", "{\"a\":\"  \"}"})
  void absentAndBlankAreTheSame(String json) {
    JsonFields fields = JsonFields.parse("It", json);
    assertThat(fields.text("a")).isEmpty();
    assertThat(fields.scalarText("a")).isEmpty();
    assertThatThrownBy(() -> fields.requiredText("a"))
        .hasMessage("It has no \"a\", which is required.");
  }

  @Test
  void numbersAndBooleansAreNoText() {
    assertThatThrownBy(() -> JsonFields.parse("It", "{\"a\":1}").text("a"))
        .hasMessage("It: \"a\" must be a string, but is not.");
    assertThat(JsonFields.parse("It", "{\"a\":1}").scalarText("a")).contains("1");
    assertThat(JsonFields.parse("It", "{\"a\":true}").scalarText("a")).contains("true");
  }

  @Test
  void listsAndObjectsAreNoValues() {
    assertThatThrownBy(() -> JsonFields.parse("It", "{\"a\":[\"secret\"]}").scalarText("a"))
        .hasMessage("It: \"a\" must be a single value, but is a list.");
    assertThatThrownBy(() -> JsonFields.parse("It", "{\"a\":{}}").text("a"))
        .hasMessage("It: \"a\" must be a single value, but is an object.");
  }

  @Test
  void objectsAndListsWithinAreNamedInErrors() {
    JsonFields fields =
        JsonFields.parse("It", "{\"a\":{\"b\":\"c\"},\"d\":[{\"e\":1}],\"f\":[\"g\"],\"h\":[1]}");
    assertThat(fields.requiredObject("a").requiredText("b")).isEqualTo("c");
    assertThat(fields.requiredTexts("f")).containsExactly("g");
    assertThatThrownBy(() -> fields.requiredObjects("d").getFirst().requiredText("e"))
        .hasMessage("It: d[0]: \"e\" must be a string, but is not.");
    assertThatThrownBy(() -> fields.requiredObject("d")).hasMessage("It: \"d\" must be an object.");
    assertThatThrownBy(() -> fields.requiredObjects("a")).hasMessage("It: \"a\" must be a list.");
    assertThatThrownBy(() -> fields.requiredObjects("x")).hasMessage("It: \"x\" must be a list.");
    assertThatThrownBy(() -> fields.requiredObjects("h")).hasMessage("It: h[0] must be an object.");
    assertThatThrownBy(() -> fields.requiredTexts("h")).hasMessage("It: h[0] must be a string.");
  }

  @Test
  void twoMembersOfOneNameAreRefused() {
    assertThatThrownBy(() -> JsonFields.parse("The request", "{\"a\":\"x\",\"b\":1,\"a\":\"y\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("The request has more than one \"a\": give one.");
  }

  @Test
  void unprintableCharactersAreQuotedAsInJson() {
    assertThatThrownBy(() -> JsonFields.parse("It", "a\nb\u0000\u2028\ud800"))
        .hasMessage(
            "It is not well-formed JSON: \"a\\u000ab\\u0000\\u2028\\ud800\". Give one JSON object.");
  }
}
