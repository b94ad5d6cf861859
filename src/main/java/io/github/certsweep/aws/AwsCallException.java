package io.github.certsweep.aws;

import io.github.certsweep.input.Text;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.config.model.InvalidResultTokenException;
import software.amazon.awssdk.services.config.model.NoSuchConfigRuleException;

/**
 * A call to AWS that failed for good, after the SDK's retries. The message is one line: the call,
 * what AWS said, and what to do about it.
 */
public final class AwsCallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Set<String> DENIED =
      Set.of(
          "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError");
  private static final Set<String> EXPIRED =
      Set.of("ExpiredToken", "ExpiredTokenException", "RequestExpired");

  /**
   * The code if there was no answer in time. Adaptive retries wait before they send, so that
   * throttling can be the cause too.
   */
  public static final String TIMEOUT = "Timeout";

  /** Security Hub's code if it is not enabled. The JDK drops the text of an answer with 401. */
  private static final String NOT_ENABLED = "InvalidAccessException";

  /** What to do if Security Hub is not enabled. */
  public static final String ENABLE_SECURITY_HUB =
      "Enable Security Hub CSPM for this account in the region of the function, or set the stack's"
          + " parameter SecurityHub to false. Then try again.";

  /** In the codes for a resource that does not exist: ListenerNotFound, NoSuchEntity, ... */
  private static final Pattern NOT_FOUND = Pattern.compile("NotFound|NoSuch");

  /** The SDK quotes much of an answer that it can't read, and the remedy must still be seen. */
  private static final int REASON_LENGTH = 300;

  private final String code;

  private AwsCallException(String code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /**
   * The failure of a call that AWS or the SDK refused or gave up.
   *
   * @param call the call in IAM's notation, for example {@code "iam:ListServerCertificates"}
   */
  public static AwsCallException of(String call, SdkException failure) {
    String code = codeOf(failure);
    return new AwsCallException(
        code,
        call + " failed: " + code + ": " + reasonOf(failure) + " " + remedyFor(failure, code),
        failure);
  }

  static AwsCallException outOfTime(String call) {
    return new AwsCallException(
        "OutOfTime",
        call + " was not made: the function ran out of time. Increase the stack's MemorySize.",
        null);
  }

  /** AWS's answer breaks AWS's own contract, so nothing can rely on it. */
  public static AwsCallException unexpectedAnswer(String call, String what) {
    return new AwsCallException(
        "UnexpectedAnswer",
        call + " failed: " + what + " Try again. If it happens again, contact AWS Support.",
        null);
  }

  /**
   * The error's code as AWS gives it, for example {@code "AccessDenied"}, or one of ours if AWS
   * gave none.
   */
  public String code() {
    return code;
  }

  /**
   * Whether AWS refused the call. Otherwise AWS may have done what was asked, or may still do it.
   */
  public boolean isRefusal() {
    return getCause() instanceof AwsServiceException service && service.statusCode() < 500;
  }

  /**
   * Whether AWS answered that the resource does not exist. That is no proof: eventually consistent
   * services also say so of resources that exist.
   */
  public boolean isNotFound() {
    return isRefusal() && NOT_FOUND.matcher(code).find();
  }

  /** Whether the host name could not be resolved. */
  public boolean isUnknownHost() {
    return isUnknownHost(getCause());
  }

  private static boolean isUnknownHost(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  /** The same failure, with a further sentence in its message. */
  public AwsCallException adding(String sentence) {
    return new AwsCallException(code, getMessage() + " " + sentence, getCause());
  }

  private static String codeOf(SdkException failure) {
    if (failure instanceof AwsServiceException service && service.awsErrorDetails() != null) {
      String code = service.awsErrorDetails().errorCode();
      if (code != null && !code.isBlank()) {
        return code;
      }
      return "HTTP " + service.statusCode();
    }
    if (failure instanceof ApiCallTimeoutException
        || failure instanceof ApiCallAttemptTimeoutException) {
      return TIMEOUT;
    }
    return isUnreadable(failure) ? "UnexpectedAnswer" : "NoAnswer";
  }

  /**
   * Whether there was an answer that can't be AWS's, for example a proxy's page. The SDK has no
   * exception type for it.
   */
  private static boolean isUnreadable(SdkException failure) {
    return String.valueOf(failure.getMessage()).startsWith("Unable to unmarshall");
  }

  /** What AWS or the SDK said, in one line that ends with a full stop or a bracket. */
  public static String reasonOf(SdkException failure) {
    String reason = failure.getMessage();
    if (failure instanceof AwsServiceException service && service.awsErrorDetails() != null) {
      reason = service.awsErrorDetails().errorMessage();
    }
    String line = reason == null ? "" : Text.shorten(Text.oneLine(reason), REASON_LENGTH);
    if (line.isEmpty()) {
      return "(AWS gave no reason)";
    }
    return line.endsWith(".") ? line : line + ".";
  }

  private static String remedyFor(SdkException failure, String code) {
    if (DENIED.contains(code)) {
      return "Allow the action in the policy of the role that called. If it is allowed there, look for a permissions boundary or"
          + " a service control policy that denies it.";
    }
    if (code.equals(NOT_ENABLED)) {
      return ENABLE_SECURITY_HUB;
    }
    if (EXPIRED.contains(code)) {
      return "The temporary credentials have expired. Try again.";
    }
    if (failure instanceof InvalidResultTokenException) {
      return "The event is too old or did not come from AWS Config. Start the rule again.";
    }
    if (failure instanceof NoSuchConfigRuleException) {
      return "Start the rule again. If it no longer exists, deploy the stack again, or delete it.";
    }
    if (failure instanceof AwsServiceException service) {
      if (service.isThrottlingException()) {
        return "The account makes too many calls. Try again later.";
      }
      if (service.statusCode() >= 500) {
        return "AWS had an internal error. Try again later.";
      }
      return "Fix the problem that AWS reports, then try again.";
    }
    if (isUnreadable(failure)) {
      return "The answer did not come from AWS. Check for a proxy on the way to AWS, then try again.";
    }
    if (isUnknownHost(failure)) {
      return "The host name could not be resolved. Check the spelling of the region (for example in UsageRegions)"
          + " and the DNS, then try again.";
    }
    String network =
        "Check the network (in a VPC: a NAT gateway or VPC endpoints), then try again.";
    return code.equals(TIMEOUT)
        ? network + " Or AWS throttles the calls: try again later."
        : network;
  }
}
