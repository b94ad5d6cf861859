package io.github.certsweep.rule;

import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.input.JsonFields;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * The periodic event with which AWS Config starts an evaluation. Lambda may deliver it more than
 * once, and late.
 *
 * <p>Source: "Example Events for AWS Config Rules" in the AWS Config Developer Guide.
 *
 * @param ruleName 64 characters at most: Config's API for old results takes no longer one
 * @param accountId twelve digits
 * @param createdAt when Config triggered the evaluation ({@code notificationCreationTime})
 * @param resultToken lets the bearer report results for this rule; a secret
 */
public record RuleEvent(
    String ruleName,
    String accountId,
    Instant createdAt,
    RuleParameters parameters,
    String resultToken) {
  private static final String PERIODIC = "ScheduledNotification";
  private static final int MAX_RULE_NAME = 64;
  private static final String TEST_TOKEN = "TESTMODE";

  public RuleEvent {
    if (ruleName.length() > MAX_RULE_NAME) {
      throw new InvalidInputException(
          "The rule's name \""
              + ruleName
              + "\" has "
              + ruleName.length()
              + " characters, but AWS Config tells the old"
              + " results of rules with at most "
              + MAX_RULE_NAME
              + " only. Create the rule under a shorter name.");
    }
    if (!accountId.matches("[0-9]{12}")) {
      throw new InvalidInputException(
          "The event's \"accountId\" must be twelve digits, but is \"" + accountId + "\".");
    }
  }

  /**
   * Reads the event as Config sends it: {@code invokingEvent} and {@code ruleParameters} are JSON
   * within strings.
   *
   * @throws InvalidInputException if a member is missing or wrong, or if it is not a periodic event
   */
  public static RuleEvent parse(String json) {
    JsonFields event = JsonFields.parse("The event", json);
    JsonFields invokingEvent =
        JsonFields.parse("The event's \"invokingEvent\"", event.requiredText("invokingEvent"));
    String messageType = invokingEvent.requiredText("messageType");
    if (!messageType.equals(PERIODIC)) {
      throw new InvalidInputException(
          "The event's messageType is \""
              + messageType
              + "\", but this is a periodic rule: its Source.SourceDetails must"
              + " name MessageType "
              + PERIODIC
              + " and nothing else.");
    }
    return new RuleEvent(
        event.requiredText("configRuleName"),
        event.requiredText("accountId"),
        time(invokingEvent.requiredText("notificationCreationTime")),
        RuleParameters.parse(event.text("ruleParameters").orElse("")),
        event.requiredText("resultToken"));
  }

  /** Whether this is a trial: Config then checks what it is sent, and records nothing. */
  public boolean testMode() {
    return resultToken.equals(TEST_TOKEN);
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new InvalidInputException(
          "The event's \"notificationCreationTime\" must be a time like 2026-11-23T12:00:00.000Z, but is \""
              + text
              + "\".");
    }
  }

  /** Without the token, which must not reach a log. */
  @Override
  public String toString() {
    return "RuleEvent[" + ruleName + ", " + accountId + ", " + createdAt + ", " + parameters + "]";
  }
}
