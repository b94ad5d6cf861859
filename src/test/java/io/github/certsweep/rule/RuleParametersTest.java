package io.github.certsweep.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.input.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleParametersTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "{}",
        "{\"daysToExpiration\":\"\"}",
        "{\"daysToExpiration\":null,\"checkUsage\":\" \"}"
      })
  void blankAndAbsentMeanTheDefault(String json) {
    assertThat(RuleParameters.parse(json)).isEqualTo(new RuleParameters(0, true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"daysToExpiration":"30"}                      | 30   | true
          {"daysToExpiration":30}                        | 30   | true
          {"daysToExpiration":" 30 "}                    | 30   | true
          {"daysToExpiration":"0"}                       | 0    | true
          {"daysToExpiration":"3650"}                    | 3650 | true
          {"checkUsage":"false"}                         | 0    | false
          {"checkUsage":false}                           | 0    | false
          {"checkUsage":"True"}                          | 0    | true
          {"daysToExpiration":"7","checkUsage":" FALSE"} | 7    | false
          """)
  void stringsNumbersAndBooleansAreRead(String json, int days, boolean usage) {
    assertThat(RuleParameters.parse(json)).isEqualTo(new RuleParameters(days, usage));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "3651",
        "30.5",
        "1e3",
        "abc",
        "99999999999",
        "true",
        "0x10",
        "+3",
        "٣",
        "00030",
        "３０ days"
      })
  void badDaysAreNamedWithWhatIsAllowed(String value) {
    assertThatThrownBy(() -> RuleParameters.parse("{\"daysToExpiration\":\"" + value + "\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "Rule parameter daysToExpiration is \"%s\": it must be a whole number of days from 0 to 3650. Correct the"
                + " InputParameters of the Config rule.",
            value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "1", "truee", "no"})
  void badUsageIsNamedWithWhatIsAllowed(String value) {
    assertThatThrownBy(() -> RuleParameters.parse("{\"checkUsage\":\"" + value + "\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "Rule parameter checkUsage is \"" + value + "\": it must be true or false.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"daysToExpire", "DaysToExpiration", "", "daysToExpiration "})
  void unknownNamesAreRefused(String name) {
    assertThatThrownBy(() -> RuleParameters.parse("{\"" + name + "\":\"30\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "Unknown rule parameter \""
                + name
                + "\": allowed are daysToExpiration and checkUsage.");
  }

  @Test
  void longBadValuesAreQuotedInPart() {
    assertThatThrownBy(() -> RuleParameters.parse("{\"checkUsage\":\"" + "x".repeat(81) + "\"}"))
        .hasMessageStartingWith(
            "Rule parameter checkUsage is \""
                + "x".repeat(80)
                + "...\" (81 characters): it must be");
    assertThatThrownBy(() -> RuleParameters.parse("{\"checkUsage\":\"" + "x".repeat(80) + "\"}"))
        .hasMessageStartingWith(
            "Rule parameter checkUsage is \"" + "x".repeat(80) + "\": it must be");
  }

  @Test
  void malformedParametersAreRefused() {
    assertThatThrownBy(() -> RuleParameters.parse("{\"daysToExpiration\":"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("The event's \"ruleParameters\" is not well-formed JSON");
    assertThatThrownBy(() -> RuleParameters.parse("{\"daysToExpiration\":[30]}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("daysToExpiration");
  }
}
