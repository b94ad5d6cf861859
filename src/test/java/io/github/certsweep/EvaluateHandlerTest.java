package io.github.certsweep;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.TOKEN;
import static io.github.certsweep.fake.World.expired;
import static io.github.certsweep.fake.World.iamError;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeConfig;
import io.github.certsweep.fake.FakeContext;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.findings.FakeSecurityHub;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.rule.Alarms;
import io.github.certsweep.rule.EvaluationFailedException;
import io.github.certsweep.rule.ServerCertificateRule;
import io.github.certsweep.usage.FakeUsage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EvaluateHandlerTest {
  private static final String EVENT =
      """
      {"version":"1.0",
       "invokingEvent":"{\\"awsAccountId\\":\\"123456789012\\",\\"notificationCreationTime\\":\\"2026-11-23T11:59:55.373Z\\",\\"messageType\\":\\"ScheduledNotification\\",\\"recordVersion\\":\\"1.0\\"}",
       "ruleParameters":"{}","resultToken":"a-secret-token","eventLeftScope":false,
       "configRuleName":"iam-server-certificate-expiration","accountId":"123456789012"}
      """;

  private final FakeIam iam = new FakeIam().with(expired("old"));
  private final FakeConfig config = new FakeConfig();
  private final FakeContext context = new FakeContext();

  @Test
  void anEventBecomesEvaluationsAnAnswerAndOneLogLine() throws IOException {
    String answer = invoke(EVENT);
    assertThat(config.dashboard()).containsOnlyKeys("old");
    assertThat(answer)
        .startsWith(
            "{\"configRuleName\":\"iam-server-certificate-expiration\",\"outcome\":\"REPORTED\"");
    assertThat(context.log)
        .singleElement()
        .asString()
        .endsWith("}\n")
        .contains("\"Namespace\":\"Certsweep\"")
        .doesNotContain(TOKEN);
  }

  @Test
  void aFailedRunIsLoggedAndFailsTheInvocation() throws IOException {
    iam.answeringCall(
        1,
        () -> {
          throw iamError(403, "AccessDenied", "No");
        });
    assertThatThrownBy(() -> invoke(EVENT))
        .isInstanceOf(EvaluationFailedException.class)
        .hasMessageStartingWith(
            "iam:ListServerCertificates failed: AccessDenied: No. Allow the action");
    assertThat(context.log).singleElement().asString().contains("\"outcome\":\"FAILED\"");
    // The next invocation of the warm function starts afresh.
    assertThat(invoke(EVENT)).contains("\"outcome\":\"REPORTED\"");
  }

  @Test
  void anEventOfAnotherAccountIsRefusedBeforeAnyCall() {
    assertThatThrownBy(
            () -> invoke(EVENT.replace("accountId\":\"123456789012", "accountId\":\"210987654321")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "The event is from account 210987654321, but the function is"
                + " arn:aws:lambda:eu-west-1:123456789012:function:function, which sees only the"
                + " certificates of its own account. Deploy a stack in each account.");
    assertThat(iam.requests).isEmpty();
  }

  @Test
  void aBadEventIsRefusedBeforeAnyCall() {
    assertThatThrownBy(() -> invoke("{}")).isInstanceOf(InvalidInputException.class);
    assertThat(iam.requests).isEmpty();
    assertThat(config.puts).isEmpty();
  }

  private String invoke(String event) throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ServerCertificateRule rule =
        new ServerCertificateRule(
            new IamCertificateStore(iam),
            FakeUsage.of().search(),
            Exemptions.OFF,
            config,
            FakeSecurityHub.unused(),
            CLOCK,
            duration -> {});
    new EvaluateHandler(rule, CLOCK, Alarms.ALL)
        .handleRequest(new ByteArrayInputStream(event.getBytes(UTF_8)), output, context);
    return output.toString(UTF_8);
  }
}
