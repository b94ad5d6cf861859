package io.github.certsweep;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.certificate;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.Any;
import io.github.certsweep.fake.AnyInput;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeContext;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.findings.FakeSecurityHub;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.removal.Removal;
import io.github.certsweep.removal.RemovalRequest;
import io.github.certsweep.rule.Alarms;
import io.github.certsweep.rule.EvaluationFailedException;
import io.github.certsweep.rule.RuleEvent;
import io.github.certsweep.rule.RuleParameters;
import io.github.certsweep.rule.ServerCertificateRule;
import io.github.certsweep.usage.FakeUsage;
import io.github.certsweep.usage.UsageSearch;
import io.github.certsweep.verdict.CertificateSelector;
import io.github.certsweep.verdict.Inspection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever a function is sent, it ends with a right answer or with an error that helps. */
@Tag("property")
class HandlerFuzzTest {
  private static final String TOKEN = "eyJlbmNyeXB0ZWREYXRhIjpbMTIs" + "LTQ1LDExXX0".repeat(30);
  private static final String ID = Any.id(1);
  private static final String EVENT =
      """
      {"version":"1.0",
       "invokingEvent":"{\\"awsAccountId\\":\\"123456789012\\",\\"notificationCreationTime\\":\\"2026-11-23T11:59:55.373Z\\",\\"messageType\\":\\"ScheduledNotification\\",\\"recordVersion\\":\\"1.0\\"}",
       "ruleParameters":"{\\"daysToExpiration\\":\\"30\\",\\"checkUsage\\":\\"true\\"}",
       "resultToken":"%s","eventLeftScope":false,
       "executionRoleArn":"arn:aws:iam::123456789012:role/config","configRuleId":"config-rule-abcdef",
       "configRuleArn":"arn:aws:config:eu-west-1:123456789012:config-rule/config-rule-abcdef",
       "configRuleName":"iam-server-certificate-expiration","accountId":"123456789012"}
      """
          .formatted(TOKEN);
  private static final String INSPECTION = "{\"certificate\":\"old\"}";
  private static final String REMOVAL = "{\"certificate\":\"old\",\"id\":\"" + ID + "\"}";

  private final UsageSearch usage = FakeUsage.of().search();
  private FakeIam iam;
  private FakeConfig config;

  @Test
  void anEvaluationReportsOrSaysWhatIsWrongWithTheEvent() {
    qt().forAll(AnyInput.like(EVENT))
        .checkAssert(event -> {
          Optional<JsonObject> answer = invoke(this::evaluate, event);
          answer.ifPresent(summary ->
              assertThat(summary.get("outcome").getAsString()).isIn("REPORTED", "TESTED"));
          assertThat(config.puts.isEmpty()).isEqualTo(answer.isEmpty());
        });
  }

  @Test
  void anInspectionAnswersOrSaysWhatIsWrongWithTheRequest() {
    qt().forAll(AnyInput.like(INSPECTION))
        .checkAssert(request ->
            invoke(this::inspect, request)
                .ifPresent(verdict ->
                    assertThat(verdict.get("deletable").getAsBoolean())
                        .isEqualTo(
                            verdict.get("found").getAsBoolean()
                                && verdict.get("name").getAsString().equals("old"))));
  }

  @Test
  void aRemovalDeletesWhatWasAskedForOrSaysWhatIsWrongWithTheRequest() {
    qt().forAll(AnyInput.like(REMOVAL))
        .checkAssert(request -> {
          Optional<JsonObject> answer = invoke(this::remove, request);
          boolean removed =
              answer.filter(one -> one.get("outcome").getAsString().equals("REMOVED")).isPresent();
          assertThat(iam.deletions).hasSize(removed ? 1 : 0);
          if (removed) {
            JsonObject asked = JsonParser.parseString(new String(request, UTF_8)).getAsJsonObject();
            assertThat(asked.get("certificate").getAsString()).isEqualTo("old");
            assertThat(asked.get("id").getAsString()).isEqualTo(ID);
          }
        });
  }

  @Test
  void whateverACallerCallsACertificateIsUnderstoodOrRefused() {
    qt().forAll(Any.text())
        .checkAssert(text ->
            understood(
                () -> CertificateSelector.parse(text).toString(),
                understood ->
                    assertThat(understood)
                        .isEqualTo(text)
                        .matches(
                            "[\\w+=,.@-]{1,128}|arn:[a-z-]+:iam::\\d{12}:server-certificate/\\p{Graph}+")));
  }

  @Test
  void aRequestToDeleteIsUnderstoodOrRefused() {
    qt().forAll(AnyInput.jsonLike(REMOVAL))
        .checkAssert(json ->
            understood(
                () -> RemovalRequest.parse(json),
                request -> {
                  assertThat(request.name()).matches("[\\w+=,.@-]{1,128}");
                  assertThat(request.id()).matches("ASCA[A-Z0-9]{12,124}");
                }));
  }

  @Test
  void theRulesParametersAreUnderstoodOrRefused() {
    qt().forAll(
            AnyInput.jsonLike(
                "{\"daysToExpiration\":\"30\",\"checkUsage\":\"true\",\"refreshDays\":\"7\"}"))
        .checkAssert(json ->
            understood(
                () -> RuleParameters.parse(json),
                parameters -> {
                  assertThat(parameters.daysToExpiration()).isBetween(0, 3650);
                  assertThat(parameters.refreshDays()).isBetween(0, 30);
                }));
  }

  @Test
  void anEventIsUnderstoodOrRefused() {
    qt().forAll(AnyInput.jsonLike(EVENT))
        .checkAssert(json ->
            understood(
                () -> RuleEvent.parse(json),
                event -> {
                  assertThat(event.ruleName()).matches("\\P{Cntrl}{1,64}");
                  assertThat(event.accountId()).matches("[0-9]{12}");
                  assertThat(event.toString()).doesNotContain(TOKEN);
                }));
  }

  private static <T> void understood(Supplier<T> parsing, Consumer<T> isValid) {
    T value;
    try {
      value = parsing.get();
    } catch (InvalidInputException e) {
      assertHelps(e);
      return;
    }
    isValid.accept(value);
  }

  /** The answer, or nothing if the invocation failed with an error that helps. */
  private Optional<JsonObject> invoke(Supplier<RequestStreamHandler> door, byte[] input) {
    iam =
        new FakeIam()
            .with(
                certificate("old", NOW.minusSeconds(1)).toBuilder().serverCertificateId(ID).build(),
                certificate("new", NOW.plusSeconds(1)));
    config = new FakeConfig();
    FakeContext context = new FakeContext();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try {
      door.get().handleRequest(new ByteArrayInputStream(input), output, context);
    } catch (InvalidInputException | EvaluationFailedException | AwsCallException e) {
      assertHelps(e);
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(context.log).singleElement().asString().endsWith("}\n").doesNotContain(TOKEN);
    String answer = output.toString(UTF_8);
    assertThat(answer).doesNotContain(TOKEN);
    return Optional.of(JsonParser.parseString(answer).getAsJsonObject());
  }

  /** One line, not too long to read, that says what was wrong and not what is secret. */
  private static void assertHelps(RuntimeException e) {
    assertThat(e.getMessage())
        .hasSizeBetween(20, 1_000)
        .doesNotContainPattern("[\\p{Cntrl}\u2028\u2029]")
        .doesNotContain(TOKEN)
        .containsPattern("[Tt]he |\"");
  }

  private RequestStreamHandler evaluate() {
    ServerCertificateRule rule =
        new ServerCertificateRule(
            new IamCertificateStore(iam),
            usage,
            Exemptions.OFF,
            config,
            FakeSecurityHub.unused(),
            CLOCK,
            duration -> {});
    return new EvaluateHandler(rule, CLOCK, Alarms.ALL);
  }

  private RequestStreamHandler inspect() {
    return new InspectHandler(
        new Inspection(new IamCertificateStore(iam), usage, Exemptions.OFF, CLOCK), CLOCK);
  }

  private RequestStreamHandler remove() {
    return new RemoveHandler(
        new Removal(iam, iam, usage, ExceptionLimit.OFF, CLOCK, duration -> {}), CLOCK);
  }
}
