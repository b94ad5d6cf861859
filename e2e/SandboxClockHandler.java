package io.github.certsweep;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.google.gson.JsonParser;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.findings.SecurityHubFindings;
import io.github.certsweep.rule.Alarms;
import io.github.certsweep.rule.ServerCertificateRule;
import io.github.certsweep.usage.SearchSettings;
import io.github.certsweep.usage.UsageSearch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The rule's function as it is, but by the sandbox's clock: a run lasts as long as a test says, and
 * a certificate expires when it says.
 */
public class SandboxClockHandler implements RequestStreamHandler {
  private final RequestStreamHandler handler;

  public SandboxClockHandler() {
    Clients clients = Clients.ofLambda();
    Clock clock = new SandboxClock();
    handler =
        new EvaluateHandler(
            new ServerCertificateRule(
                new IamCertificateStore(clients.iam()),
                UsageSearch.with(clients, SearchSettings.ofLambda()),
                Exemptions.read(ExceptionLimit.ofLambda(), clients),
                clients.config(),
                SecurityHubFindings.with(clients, Pause.SLEEP),
                clock,
                Pause.SLEEP),
            clock,
            Alarms.ofLambda());
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    handler.handleRequest(input, output, context);
  }

  private static class SandboxClock extends Clock {
    @Override
    public Instant instant() {
      URI clock = URI.create(System.getenv("AWS_ENDPOINT_URL") + "/_sandbox/clock");
      try (InputStream answer = clock.toURL().openStream()) {
        String json = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        return Instant.parse(
            JsonParser.parseString(json).getAsJsonObject().get("now").getAsString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("Nobody needs another zone.");
    }
  }
}
