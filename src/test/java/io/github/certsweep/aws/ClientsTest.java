package io.github.certsweep.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.Region;

class ClientsTest {
  private final RefusingHttp http = new RefusingHttp();

  @BeforeEach
  void credentialsAsLambdaWouldSetThem() {
    System.setProperty("aws.accessKeyId", "ASIAEXAMPLE");
    System.setProperty("aws.secretAccessKey", "secret");
  }

  @AfterEach
  void noCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "us-east-1,     iam.amazonaws.com,               us-east-1",
    "eu-west-1,     iam.amazonaws.com,               us-east-1",
    "ap-east-1,     iam.amazonaws.com,               us-east-1",
    "cn-north-1,    iam.cn-north-1.amazonaws.com.cn, cn-north-1",
    "cn-northwest-1,iam.cn-north-1.amazonaws.com.cn, cn-north-1",
    "us-gov-west-1, iam.us-gov.amazonaws.com,        us-gov-west-1",
    "us-gov-east-1, iam.us-gov.amazonaws.com,        us-gov-west-1",
    "us-iso-east-1, iam.us-iso-east-1.c2s.ic.gov,    us-iso-east-1",
  })
  void iamIsTheOneOfThePartition(String region, String host, String signedFor) {
    SdkHttpRequest request = sentBy(region, clients -> clients.iam().listServerCertificates());
    assertThat(request.host()).isEqualTo(host);
    assertThat(request.firstMatchingHeader("Authorization").orElseThrow())
        .contains("/" + signedFor + "/iam/");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "eu-west-1,     config.eu-west-1.amazonaws.com",
    "cn-north-1,    config.cn-north-1.amazonaws.com.cn",
    "us-gov-east-1, config.us-gov-east-1.amazonaws.com",
  })
  void configIsTheOneOfTheRegion(String region, String host) {
    assertThat(sentBy(region, clients -> clients.config().describeConfigRules()).host())
        .isEqualTo(host);
  }

  @Test
  void theJvmForgetsWhereAHostIsBeforeTheSearchAsksAgain() {
    Clients.of(Region.EU_WEST_1, AnonymousCredentialsProvider.create());
    assertThat(Security.getProperty("networkaddress.cache.ttl")).isEqualTo("5");
  }

  @Test
  void outsideLambdaItSaysWhatIsMissing() {
    assertThat(System.getenv("AWS_REGION")).isNull();
    assertThatThrownBy(Clients::ofLambda).hasMessageContaining("AWS_REGION is not set");
  }

  @Test
  void aDeletionWhoseAnswerGotLostIsNotRepeated() {
    assertThatThrownBy(() -> delete(http)).isInstanceOf(SdkException.class);
    assertThat(http.requests).hasSize(1);
  }

  @Test
  void aDeletionThatFailedInAwsIsNotRepeated() {
    AnsweringHttp answering = new AnsweringHttp(500, "InternalFailure");
    assertThatThrownBy(() -> delete(answering)).isInstanceOf(SdkException.class);
    assertThat(answering.requests).hasValue(1);
  }

  @Test
  void aThrottledDeletionIsRepeated() {
    AnsweringHttp answering = new AnsweringHttp(400, "Throttling");
    delete(answering);
    assertThat(answering.requests).hasValue(2);
  }

  private static void delete(SdkHttpClient http) {
    new Clients(Region.EU_WEST_1, http)
        .iamForDeletion()
        .deleteServerCertificate(request -> request.serverCertificateName("old"));
  }

  /** Answers the first request with an error and all others with success. */
  private static final class AnsweringHttp implements SdkHttpClient {
    final AtomicInteger requests = new AtomicInteger();
    private final int status;
    private final String code;

    AnsweringHttp(int status, String code) {
      this.status = status;
      this.code = code;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      boolean first = requests.incrementAndGet() == 1;
      String body =
          "<ErrorResponse><Error><Code>"
              + code
              + "</Code><Message>No</Message></Error></ErrorResponse>";
      HttpExecuteResponse response =
          HttpExecuteResponse.builder()
              .response(SdkHttpResponse.builder().statusCode(first ? status : 200).build())
              .responseBody(
                  AbortableInputStream.create(
                      new ByteArrayInputStream((first ? body : "").getBytes(UTF_8))))
              .build();
      return new ExecutableHttpRequest() {
        @Override
        public HttpExecuteResponse call() {
          return response;
        }

        @Override
        public void abort() {}
      };
    }

    @Override
    public void close() {}
  }

  private SdkHttpRequest sentBy(String region, Consumer<Clients> call) {
    assertThatThrownBy(() -> call.accept(new Clients(Region.of(region), http)))
        .isInstanceOf(SdkException.class);
    return http.requests.getFirst();
  }

  /** Takes requests and answers none. */
  private static final class RefusingHttp implements SdkHttpClient {
    final List<SdkHttpRequest> requests = new ArrayList<>();

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      requests.add(request.httpRequest());
      throw SdkException.builder().message("No network in this test").build();
    }

    @Override
    public void close() {}
  }
}
