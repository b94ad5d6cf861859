package io.github.certsweep.aws;

import static io.github.certsweep.fake.World.configError;
import static io.github.certsweep.fake.World.iamError;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

class AwsCallExceptionTest {
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          403 | AccessDenied               | Allow the action in the policy
          400 | AccessDeniedException      | Allow the action in the policy
          403 | UnauthorizedOperation      | Allow the action in the policy
          403 | ExpiredToken               | temporary credentials have expired
          400 | ExpiredTokenException      | temporary credentials have expired
          400 | Throttling                 | makes too many calls
          400 | ThrottlingException        | makes too many calls
          500 | InternalFailure            | AWS had an internal error
          503 | ServiceUnavailable         | AWS had an internal error
          400 | InvalidResultTokenException| The event is too old
          400 | NoSuchConfigRuleException  | If it no longer exists, deploy the stack again
          400 | ValidationException        | Fix the problem that AWS reports
          """)
  void eachKindOfErrorHasItsRemedy(int status, String code, String remedy) {
    AwsCallException failure =
        AwsCallException.of("x:Y", (SdkException) configError(status, code, "The reason"));
    assertThat(failure)
        .hasMessageStartingWith("x:Y failed: " + code + ": The reason. ")
        .hasMessageContaining(remedy);
    assertThat(failure.code()).isEqualTo(code);
  }

  @Test
  void theReasonIsOneLine() {
    assertThat(
            AwsCallException.of("x:Y", (SdkException) iamError(400, "Code", " two\n  lines. "))
                .getMessage())
        .startsWith("x:Y failed: Code: two lines. Fix");
  }

  @Test
  void aLongReasonLeavesRoomForTheRemedy() {
    assertThat(
            AwsCallException.of(
                    "x:Y", (SdkException) iamError(403, "AccessDenied", "x".repeat(9_000)))
                .getMessage())
        .hasSizeLessThan(600)
        .startsWith("x:Y failed: AccessDenied: xxx")
        .contains("xxx... Allow the action in the policy");
  }

  @Test
  void aMissingReasonIsSaid() {
    assertThat(AwsCallException.of("x:Y", (SdkException) iamError(400, "Code", null)))
        .hasMessageStartingWith("x:Y failed: Code: (AWS gave no reason) Fix");
  }

  @Test
  void aMissingCodeIsTheStatus() {
    assertThat(AwsCallException.of("x:Y", (SdkException) iamError(502, null, "Bad gateway")).code())
        .isEqualTo("HTTP 502");
    assertThat(AwsCallException.of("x:Y", (SdkException) iamError(502, " ", "Bad gateway")).code())
        .isEqualTo("HTTP 502");
  }

  @Test
  void aCallWithoutAnswerPointsAtTheNetwork() {
    AwsCallException failure =
        AwsCallException.of(
            "x:Y", SdkClientException.builder().message("Connection reset").build());
    assertThat(failure)
        .hasMessageStartingWith("x:Y failed: NoAnswer: Connection reset. ")
        .hasMessageContaining("network");
  }

  @Test
  void aHostThatIsNotFoundPointsAtTheRegion() {
    AwsCallException failure =
        AwsCallException.of(
            "x:Y",
            SdkClientException.create(
                "Received an UnknownHostException",
                new UncheckedIOException(new UnknownHostException("x.eu-wset-1.amazonaws.com"))));
    assertThat(failure.isUnknownHost()).isTrue();
    assertThat(failure)
        .hasMessageStartingWith("x:Y failed: NoAnswer: ")
        .hasMessageContaining("UsageRegions")
        .hasMessageContaining("try again");
    assertThat(AwsCallException.of("x:Y", SdkClientException.create("reset")).isUnknownHost())
        .isFalse();
  }

  @Test
  void anAnswerThatIsNotOneOfAwsIsSaidToBeSo() {
    AwsCallException failure =
        AwsCallException.of(
            "x:Y",
            SdkClientException.builder().message("Unable to unmarshall response (...)").build());
    assertThat(failure.code()).isEqualTo("UnexpectedAnswer");
    assertThat(failure).hasMessageContaining("The answer did not come from AWS");
  }

  @Test
  void aCallThatTookTooLongIsATimeout() {
    assertThat(AwsCallException.of("x:Y", ApiCallTimeoutException.create(30)).code())
        .isEqualTo("Timeout");
    assertThat(AwsCallException.of("x:Y", ApiCallAttemptTimeoutException.create(10)).code())
        .isEqualTo("Timeout");
  }

  @Test
  void whatCanNotBePrintedIsNoReason() {
    assertThat(AwsCallException.of("x:Y", (SdkException) iamError(503, "Oops", "\u0000\n ")))
        .hasMessageStartingWith("x:Y failed: Oops: (AWS gave no reason) ");
    assertThat(AwsCallException.of("x:Y", (SdkException) iamError(503, "Oops", "a\u2028\u0007b")))
        .hasMessageStartingWith("x:Y failed: Oops: a b. ");
  }
}
