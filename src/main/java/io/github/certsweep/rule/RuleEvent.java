package io.github.certsweep.rule;

import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.input.JsonFields;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * The periodic event with which AWS Config starts an evaluation. Lambda may deliver it late and
 * more than once.
 *
 * <p>Source: "Example Events for AWS Config Rules" in the AWS Config Developer Guide.
 *
 * @param ruleName 64 characters at most, as Config's API for old results takes no longer name
 * @param accountId twelve digits
 * @param createdAt when Config triggered the evaluation ({@code notificationCreationTime})
 * @param resultToken lets its holder report results for this rule; a secret
 */
public record RuleEvent(
    String ruleName,
    String accountId,
    Instant createdAt,
    RuleParameters parameters,
    String resultToken) {
  private static final String PERIODIC = "ScheduledNotification";
  private static final int MAX_RULE_NAME = 64;

  /** Times outside this range can't be sent as an {@code OrderingTimestamp}. */
  private static final Instant EARLIEST = Instant.EPOCH;

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
  private static final String TEST_TOKEN = "TESTMODE";

  public RuleEvent {
    if (ruleName.length() > MAX_RULE_NAME) {
      throw new InvalidInputException(
          "The rule's name is "
              + InvalidInputException.quote(ruleName)
              + ", which has "
              + ruleName.length()
              + " characters: AWS Config returns no results for names longer than "
              + MAX_RULE_NAME
              + ". Create the rule under a shorter name.");
    }
    if (ruleName.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidInputException(
          "The event's \"configRuleName\" is "
              + InvalidInputException.quote(ruleName)
              + ": the name of a rule has no line breaks or other control characters.");
    }
    if (!accountId.matches("[0-9]{12}")) {
      throw new InvalidInputException(
          "The event's \"accountId\" must be twelve digits, but is "
              + InvalidInputException.quote(accountId)
              + ".");
    }
  }

  /**
   * Refuses the event of another account's rule, where the certificates of this account would be
   * reported.
   *
   * @param functionArn {@code arn:aws:lambda:REGION:ACCOUNT:function:NAME}, from Lambda
   * @throws InvalidInputException if the function belongs to another account
   */
  public void requireSameAccountAs(String functionArn) {
    if (!functionArn.contains(":" + accountId + ":function:")) {
      throw new InvalidInputException(
          "The event is from account "
              + accountId
              + ", but the function is "
              + functionArn
              + ", which sees only the certificates of its own account. Deploy a stack in each account.");
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
          "The event's messageType is "
              + InvalidInputException.quote(messageType)
              + ", but this is a periodic rule: its Source.SourceDetails must"
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

  /** Whether this is a trial, in which Config checks what it is sent and records nothing. */
  public boolean testMode() {
    return resultToken.equals(TEST_TOKEN);
  }

  private static Instant time(String text) {
    try {
      Instant time = Instant.parse(text);
      if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
        throw new DateTimeException("A year that no event can be of.");
      }
      return time;
    } catch (DateTimeException e) {
      throw new InvalidInputException(
          "The event's \"notificationCreationTime\" must be a time like 2026-11-23T12:00:00.000Z, but is "
              + InvalidInputException.quote(text)
              + ".");
    }
  }

  /** Leaves out the token, which must not reach a log. */
  @Override
  public String toString() {
    return "RuleEvent[" + ruleName + ", " + accountId + ", " + createdAt + ", " + parameters + "]";
  }
}
