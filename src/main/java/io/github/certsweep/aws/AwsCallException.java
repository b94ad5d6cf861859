package io.github.certsweep.aws;

import java.net.UnknownHostException;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A call to AWS that failed for good, after the SDK's retries. The message names the call, what AWS
 * said, and what to do about it, in one line.
 */
public final class AwsCallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Set<String> DENIED =
      Set.of(
          "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError");
  private static final Set<String> OUTDATED =
      Set.of("InvalidResultToken", "InvalidResultTokenException");
  private static final Set<String> EXPIRED =
      Set.of("ExpiredToken", "ExpiredTokenException", "RequestExpired");

  /** How AWS's codes say that something does not exist: ListenerNotFound, NoSuchEntity, ... */
  private static final Pattern NOT_FOUND = Pattern.compile("NotFound|NoSuch");

  /** What would break the line, or not be seen in it. */
  private static final Pattern NO_TEXT = Pattern.compile("[\\s\\p{Cc}\\p{Zl}\\p{Zp}]+");

  /** The SDK quotes much of an answer that it can't read; the remedy comes after it. */
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
        call + " was not made: the function's time was up. Raise the stack's MemorySize.",
        null);
  }

  /** AWS answered with something that its own contract rules out, so it can't be relied on. */
  public static AwsCallException unexpectedAnswer(String call, String what) {
    return new AwsCallException(
        "UnexpectedAnswer",
        call + " failed: " + what + " Try again; if it stays, report it to AWS Support.",
        null);
  }

  /**
   * The error's code as AWS gives it, for example {@code "AccessDenied"}, or a word of ours where
   * AWS gave none.
   */
  public String code() {
    return code;
  }

  /**
   * Whether AWS answered that it did not do what it was asked to. Otherwise it may have done it, or
   * may do it yet.
   */
  public boolean isRefusal() {
    return getCause() instanceof AwsServiceException service && service.statusCode() < 500;
  }

  /**
   * Whether AWS answered that what was asked for does not exist. That is no proof: services which
   * are eventually consistent say so of what exists, too.
   */
  public boolean isNotFound() {
    return isRefusal() && NOT_FOUND.matcher(code).find();
  }

  /** Whether the name of the host could not be resolved. */
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

  /** The same failure, with one more sentence on what follows from it. */
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
      return "Timeout";
    }
    return isUnreadable(failure) ? "UnexpectedAnswer" : "NoAnswer";
  }

  /**
   * Whether there was an answer, but not one of AWS: a proxy's page, say. The SDK has no type for
   * it.
   */
  private static boolean isUnreadable(SdkException failure) {
    return String.valueOf(failure.getMessage()).startsWith("Unable to unmarshall");
  }

  /** What AWS or the SDK said, as one line that ends with a full stop or in brackets. */
  public static String reasonOf(SdkException failure) {
    String reason = failure.getMessage();
    if (failure instanceof AwsServiceException service && service.awsErrorDetails() != null) {
      reason = service.awsErrorDetails().errorMessage();
    }
    String line = reason == null ? "" : NO_TEXT.matcher(reason).replaceAll(" ").strip();
    if (line.isEmpty()) {
      return "(AWS gave no reason)";
    }
    if (line.length() > REASON_LENGTH) {
      return line.substring(0, REASON_LENGTH) + "...";
    }
    return line.endsWith(".") ? line : line + ".";
  }

  private static String remedyFor(SdkException failure, String code) {
    if (DENIED.contains(code)) {
      return "Allow the action in the policy of the function's role, and look for a permissions boundary or a service"
          + " control policy that denies it.";
    }
    if (EXPIRED.contains(code)) {
      return "The function's temporary credentials had expired; try again.";
    }
    if (OUTDATED.contains(code)) {
      return "The event is too old, or is not one of AWS Config; start the rule again.";
    }
    if (code.equals("NoSuchConfigRuleException")) {
      return "Start the rule again; if it no longer exists, deploy the stack again, or delete it.";
    }
    if (failure instanceof AwsServiceException service) {
      if (service.isThrottlingException()) {
        return "It was tried several times; try again when the account makes fewer calls.";
      }
      if (service.statusCode() >= 500) {
        return "It was tried several times and AWS had an error of its own; try again later.";
      }
      return "Correct what AWS names and try again.";
    }
    if (isUnreadable(failure)) {
      return "The answer was not one of AWS: check what is between the function and AWS, and try again.";
    }
    if (isUnknownHost(failure)) {
      return "The host's name is unknown: check that the region exists (is it misspelt in the stack's UsageRegions?) and"
          + " the function's name resolution, and try again.";
    }
    return "It was tried several times; check the function's network (in a VPC: a NAT gateway or VPC endpoints) and try"
        + " again.";
  }
}
