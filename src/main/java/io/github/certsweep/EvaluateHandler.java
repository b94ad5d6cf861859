package io.github.certsweep;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.findings.SecurityHubFindings;
import io.github.certsweep.rule.Alarms;
import io.github.certsweep.rule.EvaluationRun;
import io.github.certsweep.rule.RuleEvent;
import io.github.certsweep.rule.ServerCertificateRule;
import io.github.certsweep.usage.SearchSettings;
import io.github.certsweep.usage.UsageSearch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;

/**
 * What AWS Config invokes: evaluates every server certificate of the account and reports the
 * results. Answers with the run's summary, or fails if anything could not be done.
 *
 * <p>Thread-safe: it keeps nothing between invocations but its clients.
 */
public final class EvaluateHandler implements RequestStreamHandler {
  private final ServerCertificateRule rule;
  private final Clock clock;
  private final Alarms alarms;

  /** Only for Lambda. Makes the clients, because the processor is faster during initialization. */
  public EvaluateHandler() {
    this(Clients.ofLambda(), Clock.systemUTC());
  }

  private EvaluateHandler(Clients clients, Clock clock) {
    this(
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

  EvaluateHandler(ServerCertificateRule rule, Clock clock, Alarms alarms) {
    this.rule = rule;
    this.clock = clock;
    this.alarms = alarms;
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Deadline deadline = Deadline.in(context.getRemainingTimeInMillis(), clock);
    RuleEvent event = RuleEvent.parse(new String(input.readAllBytes(), UTF_8));
    event.requireSameAccountAs(context.getInvokedFunctionArn());
    EvaluationRun run = rule.evaluate(event, deadline);
    context.getLogger().log(run.logLine(alarms) + "\n");
    run.throwIfFailed();
    output.write(run.summary().toString().getBytes(UTF_8));
  }
}
