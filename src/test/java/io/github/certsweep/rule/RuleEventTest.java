package io.github.certsweep.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.github.certsweep.input.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleEventTest {
  private final JsonObject invokingEvent = new JsonObject();
  private final JsonObject event = new JsonObject();

  RuleEventTest() {
    invokingEvent.addProperty("awsAccountId", "123456789012");
    invokingEvent.addProperty("notificationCreationTime", "2026-11-23T11:59:55.373Z");
    invokingEvent.addProperty("messageType", "ScheduledNotification");
    invokingEvent.addProperty("recordVersion", "1.0");
    event.addProperty("version", "1.0");
    event.addProperty("ruleParameters", "{\"daysToExpiration\":\"30\"}");
    event.addProperty("resultToken", "token");
    event.addProperty("eventLeftScope", false);
    event.addProperty("executionRoleArn", "arn:aws:iam::123456789012:role/config");
    event.addProperty(
        "configRuleArn", "arn:aws:config:eu-west-1:123456789012:config-rule/config-rule-abc123");
    event.addProperty("configRuleName", "expiration");
    event.addProperty("configRuleId", "config-rule-abc123");
    event.addProperty("accountId", "123456789012");
  }

  @Test
  void readsWhatConfigSends() {
    assertThat(parse())
        .isEqualTo(
            new RuleEvent(
                "expiration",
                "123456789012",
                Instant.parse("2026-11-23T11:59:55.373Z"),
                new RuleParameters(30, true, 1),
                "token"));
  }

  @Test
  void parametersMayBeAbsentOrBlank() {
    event.addProperty("ruleParameters", "");
    assertThat(parse().parameters()).isEqualTo(RuleParameters.DEFAULTS);
    event.remove("ruleParameters");
    assertThat(parse().parameters()).isEqualTo(RuleParameters.DEFAULTS);
  }

  @Test
  void parametersThatAreNoStringAreRefused() {
    event.add("ruleParameters", new JsonObject());
    assertRefused("The event: \"ruleParameters\" must be a single value, but is an object.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"configRuleName", "accountId", "resultToken", "invokingEvent"})
  void eachMissingFieldIsNamed(String name) {
    event.addProperty("invokingEvent", invokingEvent.toString());
    event.remove(name);
    assertThatThrownBy(() -> RuleEvent.parse(event.toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("The event has no \"%s\", which is required.", name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"messageType", "notificationCreationTime"})
  void eachMissingFieldOfTheInvokingEventIsNamed(String name) {
    invokingEvent.remove(name);
    assertRefused("The event's \"invokingEvent\" has no \"" + name + "\", which is required.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ConfigurationItemChangeNotification",
        "OversizedConfigurationItemChangeNotification",
        "ConfigurationSnapshotDeliveryCompleted",
        "scheduledNotification"
      })
  void otherMessageTypesAreRefused(String messageType) {
    invokingEvent.addProperty("messageType", messageType);
    assertRefused(
        "The event's messageType is \""
            + messageType
            + "\", but this is a periodic rule: its Source.SourceDetails must name MessageType ScheduledNotification and"
            + " nothing else.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "2026-11-23", "2026-11-23T12:00:00", "1795435195"})
  void badTimesAreRefused(String time) {
    invokingEvent.addProperty("notificationCreationTime", time);
    assertRefused(
        "The event's \"notificationCreationTime\" must be a time like 2026-11-23T12:00:00.000Z, but is \""
            + time
            + "\".");
  }

  @ParameterizedTest
  @ValueSource(strings = {"12345678901", "1234567890123", "12345678901a"})
  void badAccountsAreRefused(String account) {
    event.addProperty("accountId", account);
    assertRefused("The event's \"accountId\" must be twelve digits, but is \"" + account + "\".");
  }

  @Test
  void aNameOf64CharactersIsTheLongest() {
    event.addProperty("configRuleName", "n".repeat(64));
    assertThat(parse().ruleName()).hasSize(64);
    event.addProperty("configRuleName", "n".repeat(65));
    assertThatThrownBy(this::parse)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "has 65 characters: AWS Config returns no results for names longer than 64.")
        .hasMessageEndingWith("Create the rule under a shorter name.");
  }

  @Test
  void malformedJsonIsRefusedInBothLayers() {
    assertThatThrownBy(() -> RuleEvent.parse("{"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("The event is not well-formed JSON: \"{\". Give one JSON object.");
    event.addProperty("invokingEvent", "{");
    assertThatThrownBy(() -> RuleEvent.parse(event.toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "The event's \"invokingEvent\" is not well-formed JSON: \"{\". Give one JSON object.");
  }

  @Test
  void theTestTokenMeansATrial() {
    assertThat(parse().testMode()).isFalse();
    event.addProperty("resultToken", "TESTMODE");
    assertThat(parse().testMode()).isTrue();
  }

  @Test
  void theTokenIsNeverShown() {
    event.addProperty("resultToken", "a-secret");
    assertThat(parse().toString()).contains("expiration").doesNotContain("a-secret");
  }

  private RuleEvent parse() {
    event.addProperty("invokingEvent", invokingEvent.toString());
    return RuleEvent.parse(event.toString());
  }

  private void assertRefused(String message) {
    assertThatThrownBy(this::parse).isInstanceOf(InvalidInputException.class).hasMessage(message);
  }

  @Test
  void aRuleNameWithALineBreakIsRefused() {
    event.addProperty("configRuleName", "a\nb\nc");
    assertRefused(
        "The event's \"configRuleName\" is \"a\\u000ab\\u000ac\": the name of a rule has no line breaks"
            + " or other control characters.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1969-12-31T23:59:59Z", "+10000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59Z"})
  void aTimeThatCouldNotBeReportedIsRefused(String time) {
    invokingEvent.addProperty("notificationCreationTime", time);
    assertThatThrownBy(this::parse)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith("but is \"" + time + "\".");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
  void theFirstAndTheLastTimeThatCanBeReportedAreTaken(String time) {
    invokingEvent.addProperty("notificationCreationTime", time);
    assertThat(parse().createdAt()).isEqualTo(time);
  }

  @Test
  void theEventInTheGuideForContributorsIsTakenInAwssEmulator() throws IOException {
    String guide = Files.readString(Path.of("CONTRIBUTING.md"));
    String shown =
        guide
            .lines()
            .filter(line -> line.startsWith("{\"configRuleName\""))
            .findFirst()
            .orElseThrow();
    RuleEvent taken = RuleEvent.parse(shown);
    taken.requireSameAccountAs("arn:aws:lambda:us-east-1:012345678912:function:test_function");
    assertThat(taken.testMode()).isTrue();
  }
}
