package io.github.certsweep;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.expired;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.fake.FakeContext;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.removal.Removal;
import io.github.certsweep.usage.FakeUsage;
import io.github.certsweep.usage.UsageSearch;
import io.github.certsweep.verdict.Inspection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemediationHandlersTest {
  private static final String ID = "ASCAOLDOLDOLDOLDOLDOL";

  private final FakeIam iam =
      new FakeIam().with(expired("old").toBuilder().serverCertificateId(ID).build());
  private final UsageSearch usage = FakeUsage.of().search();
  private final InspectHandler inspect =
      new InspectHandler(
          new Inspection(new IamCertificateStore(iam), usage, Exemptions.OFF, CLOCK), CLOCK);
  private final RemoveHandler remove =
      new RemoveHandler(
          new Removal(iam, iam, usage, ExceptionLimit.OFF, CLOCK, duration -> {}), CLOCK);
  private final FakeContext context = new FakeContext();

  @Test
  void whatInspectionAnswersIsWhatRemovalTakes() throws IOException {
    assertThat(invoke(inspect, "{\"certificate\":\"old\"}"))
        .startsWith("{\"found\":true,\"name\":\"old\",\"id\":\"" + ID);
    assertThat(iam.deletions).isEmpty();
    assertThat(invoke(remove, "{\"certificate\":\"old\",\"id\":\"" + ID + "\"}"))
        .startsWith("{\"outcome\":\"REMOVED\"");
    assertThat(invoke(inspect, "{\"certificate\":\"old\"}")).startsWith("{\"found\":false,");
    assertThat(invoke(remove, "{\"certificate\":\"old\",\"id\":\"" + ID + "\"}"))
        .startsWith("{\"outcome\":\"ALREADY_GONE\"");
  }

  @Test
  void everyVerdictAndEveryRemovalIsLogged() throws IOException {
    invoke(inspect, "{\"certificate\":\"old\"}");
    assertThat(context.log).singleElement().asString().startsWith("{\"found\":true").endsWith("\n");
    context.log.clear();
    invoke(remove, "{\"certificate\":\"old\",\"id\":\"" + ID + "\"}");
    assertThat(context.log)
        .singleElement()
        .asString()
        .startsWith("{\"outcome\":\"REMOVED\"")
        .endsWith("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"certificate\":\"\"}",
        "{\"certificate\":1}",
        "{\"certificate\":\"a b\"}"
      })
  void badInputIsRefusedBeforeAnyCall(String request) {
    assertThatThrownBy(() -> invoke(inspect, request)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> invoke(remove, request)).isInstanceOf(InvalidInputException.class);
    assertThat(iam.requests).isEmpty();
  }

  private String invoke(RequestStreamHandler handler, String request) throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    handler.handleRequest(new ByteArrayInputStream(request.getBytes(UTF_8)), output, context);
    return output.toString(UTF_8);
  }
}
