package io.github.certsweep;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.removal.Removal;
import io.github.certsweep.removal.RemovalRequest;
import io.github.certsweep.removal.RemovalResult;
import io.github.certsweep.usage.SearchSettings;
import io.github.certsweep.usage.UsageSearch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;

/**
 * The only function that can delete: takes {@code {"certificate": "<name>", "id": "<id>"}}, judges
 * that certificate again, deletes it only if it has expired, nothing uses it and no exception keeps
 * it, and answers what became of it. It relies on no other verdict than its own. Thread-safe.
 */
public final class RemoveHandler implements RequestStreamHandler {
  private final Removal removal;
  private final Clock clock;

  /** Only for Lambda. */
  public RemoveHandler() {
    this(Clients.ofLambda(), SearchSettings.ofLambda(), Clock.systemUTC());
  }

  private RemoveHandler(Clients clients, SearchSettings settings, Clock clock) {
    this(
        new Removal(
            clients.iam(),
            clients.iamForDeletion(),
            UsageSearch.with(clients, settings),
            ExceptionLimit.ofLambda(),
            clock,
            settings.pause()),
        clock);
  }

  RemoveHandler(Removal removal, Clock clock) {
    this.removal = removal;
    this.clock = clock;
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Deadline deadline = Deadline.in(context.getRemainingTimeInMillis(), clock);
    RemovalRequest request = RemovalRequest.parse(new String(input.readAllBytes(), UTF_8));
    RemovalResult result = removal.remove(request, deadline);
    context.getLogger().log(result.toJson() + "\n");
    output.write(result.toJson().toString().getBytes(UTF_8));
  }
}
