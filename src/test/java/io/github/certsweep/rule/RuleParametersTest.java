package io.github.certsweep.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.input.InvalidInputException;
import java.util.List;
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
        "{\"daysToExpiration\":null,\"checkUsage\":\" \",\"refreshDays\":\"\"}"
      })
  void blankAndAbsentMeanTheDefault(String json) {
    assertThat(RuleParameters.parse(json)).isEqualTo(new RuleParameters(0, true, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"daysToExpiration":"30"}                      | 30   | true  | 1
          {"daysToExpiration":30}                        | 30   | true  | 1
          {"daysToExpiration":" 30 "}                    | 30   | true  | 1
          {"daysToExpiration":"0"}                       | 0    | true  | 1
          {"daysToExpiration":"3650"}                    | 3650 | true  | 1
          {"checkUsage":"false"}                         | 0    | false | 1
          {"checkUsage":false}                           | 0    | false | 1
          {"checkUsage":"True"}                          | 0    | true  | 1
          {"daysToExpiration":"7","checkUsage":" FALSE"} | 7    | false | 1
          {"refreshDays":"0"}                            | 0    | true  | 0
          {"refreshDays":30}                             | 0    | true  | 30
          {"refreshDays":" 7 "}                          | 0    | true  | 7
          """)
  void stringsNumbersAndBooleansAreRead(String json, int days, boolean usage, int refresh) {
    assertThat(RuleParameters.parse(json)).isEqualTo(new RuleParameters(days, usage, refresh));
  }

  @ParameterizedTest
  @CsvSource({"true, true", "' True ', true", "false, false", "'', false"})
  void securityHubIsOffUnlessItIsTrue(String value, boolean expected) {
    assertThat(RuleParameters.parse("{\"securityHub\":\"" + value + "\"}"))
        .isEqualTo(new RuleParameters(0, true, 1, 100, expected));
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
  @ValueSource(strings = {"-1", "31", "1.5", "weekly", "99999999999"})
  void badRefreshDaysAreNamedWithWhatIsAllowed(String value) {
    assertThatThrownBy(() -> RuleParameters.parse("{\"refreshDays\":\"" + value + "\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "Rule parameter refreshDays is \"%s\": it must be a whole number of days from 0 to 30. Correct the"
                + " InputParameters of the Config rule.",
            value);
  }

  @ParameterizedTest
  @CsvSource({"'\"1\"', 1", "33, 33", "'\" 100 \"', 100", "'\"\"', 100"})
  void aShareOfTheLifetimeIsRead(String json, int percent) {
    assertThat(RuleParameters.parse("{\"daysToExpirationPercent\":" + json + "}"))
        .isEqualTo(new RuleParameters(0, true, 1, percent, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "101", "33.3", "33%", "a third"})
  void badSharesAreNamedWithWhatIsAllowed(String value) {
    assertThatThrownBy(
            () -> RuleParameters.parse("{\"daysToExpirationPercent\":\"" + value + "\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "Rule parameter daysToExpirationPercent is \"%s\": it must be a whole number from 1 to"
                + " 100. Correct the InputParameters of the Config rule.",
            value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "1", "truee", "no"})
  void badTruthIsNamedWithWhatIsAllowed(String value) {
    for (String name : List.of("checkUsage", "securityHub")) {
      assertThatThrownBy(() -> RuleParameters.parse("{\"" + name + "\":\"" + value + "\"}"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(
              "Rule parameter " + name + " is \"" + value + "\": it must be true or false.");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"daysToExpire", "DaysToExpiration", "", "daysToExpiration "})
  void unknownNamesAreRefused(String name) {
    assertThatThrownBy(() -> RuleParameters.parse("{\"" + name + "\":\"30\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "Unknown rule parameter \""
                + name
                + "\": allowed are daysToExpiration, daysToExpirationPercent, checkUsage, refreshDays and securityHub.");
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
