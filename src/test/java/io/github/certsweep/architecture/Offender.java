package io.github.certsweep.architecture;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.DeleteServerCertificateRequest;
import software.amazon.awssdk.services.securityhub.SecurityHubClient;

/** Breaks every rule of the design, so that each is seen to notice it. Nothing runs it. */
final class Offender {
  static final List<String> SHARED = new ArrayList<>();
  static int counter;

  private Offender() {}

  static void delete(IamClient iam) {
    iam.deleteServerCertificate(DeleteServerCertificateRequest.builder().build());
  }

  static void report(ConfigClient config) {
    config.putEvaluations(request -> request.resultToken("none"));
  }

  static void read(SecurityHubClient securityHub) {
    securityHub.getFindings(request -> request.maxResults(1));
  }

  static void change(IamClient iam) {
    iam.updateServerCertificate(request -> request.serverCertificateName("a"));
  }

  static Instant now() {
    return Instant.now();
  }

  static long milliseconds() {
    return System.currentTimeMillis();
  }

  static void print(RuntimeException failure) {
    System.out.println(counter);
    failure.printStackTrace();
  }

  /** A name that says nothing. */
  static final class CertificateHelper {}

  /** Decides by itself. */
  static final class DecidingHandler implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) {
      if (context.getMemoryLimitInMB() > 1) {
        SHARED.add(new java.util.StringJoiner("").toString());
        Thread.onSpinWait();
      }
    }
  }
}
