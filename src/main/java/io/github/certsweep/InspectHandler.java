package io.github.certsweep;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.input.JsonFields;
import io.github.certsweep.usage.SearchSettings;
import io.github.certsweep.usage.UsageSearch;
import io.github.certsweep.verdict.CertificateSelector;
import io.github.certsweep.verdict.Inspection;
import io.github.certsweep.verdict.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;

/**
 * The runbook's first step: takes {@code {"certificate": "<name | id | ARN>"}} and answers the
 * verdict on that certificate. Reads only. Thread-safe.
 */
public final class InspectHandler implements RequestStreamHandler {
  private final Inspection inspection;
  private final Clock clock;

  /** Only for Lambda. */
  public InspectHandler() {
    this(Clients.ofLambda(), Clock.systemUTC());
  }

  private InspectHandler(Clients clients, Clock clock) {
    this(
        new Inspection(
            new IamCertificateStore(clients.iam()),
            UsageSearch.with(clients, SearchSettings.ofLambda()),
            Exemptions.read(ExceptionLimit.ofLambda(), clients),
            clock),
        clock);
  }

  InspectHandler(Inspection inspection, Clock clock) {
    this.inspection = inspection;
    this.clock = clock;
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Deadline deadline = Deadline.in(context.getRemainingTimeInMillis(), clock);
    JsonFields request = JsonFields.parse("The request", new String(input.readAllBytes(), UTF_8));
    CertificateSelector selector = CertificateSelector.parse(request.requiredText("certificate"));
    Verdict verdict = inspection.inspect(selector, deadline);
    context.getLogger().log(verdict.toJson() + "\n");
    output.write(verdict.toJson().toString().getBytes(UTF_8));
  }
}
