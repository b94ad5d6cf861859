import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A function that does what its event says; for the tests of the sandbox. */
public class Probe implements RequestStreamHandler {
  /** Also finds a command within a string of JSON, such as a rule's parameters. */
  private static final Pattern COMMAND = Pattern.compile("\"(do|say)\\\\?\"\\s*:\\s*\\\\?\"([^\"\\\\]*)");
  private int invocations;

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    String event = new String(input.readAllBytes(), StandardCharsets.UTF_8);
    Matcher command = COMMAND.matcher(event);
    String kind = command.find() ? command.group(1) : "";
    String argument = kind.isEmpty() ? "" : command.group(2);
    invocations++;
    switch (kind.equals("say") ? "say" : argument) {
      case "say" -> System.out.println(argument);
      case "metric" -> System.out.println(
          "{\"_aws\":{\"Timestamp\":1,\"CloudWatchMetrics\":[{\"Namespace\":\"N\","
              + "\"Dimensions\":[[\"D\"]],\"Metrics\":[{\"Name\":\"M\",\"Unit\":\"Count\"}]}]},"
              + "\"D\":\"d\",\"M\":7}");
      case "fail" -> throw new IllegalStateException("As told.");
      case "exit" -> Runtime.getRuntime().halt(3);
      case "hang" -> hang();
      case "environment" -> {
        output.write(environment().getBytes(StandardCharsets.UTF_8));
        return;
      }
      case "layout" -> {
        String found = String.valueOf(Files.exists(Path.of("lib/data.txt")));
        output.write(("\"" + Path.of("").toAbsolutePath() + " " + found + "\"").getBytes());
        return;
      }
      default -> { }
    }
    String answer =
        "{\"invocations\":" + invocations
            + ",\"requestId\":\"" + context.getAwsRequestId()
            + "\",\"remainingMillis\":" + context.getRemainingTimeInMillis()
            + ",\"arn\":\"" + context.getInvokedFunctionArn() + "\"}";
    output.write(answer.getBytes(StandardCharsets.UTF_8));
  }

  private static void hang() {
    try {
      Thread.sleep(600_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String environment() {
    StringBuilder json = new StringBuilder("{");
    System.getenv().forEach(
        (name, value) -> json.append(json.length() > 1 ? "," : "")
            .append('"').append(name).append("\":\"").append(value).append('"'));
    return json.append('}').toString();
  }
}
