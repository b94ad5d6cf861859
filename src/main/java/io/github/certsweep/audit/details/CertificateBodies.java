package io.github.certsweep.audit.details;

import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.CertificateTags;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.usage.UncheckedPlace;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads certificates from IAM, never their private keys. Thread-safe. */
public final class CertificateBodies {
  private static final AwsCall GET = new AwsCall("iam:GetServerCertificate");

  /**
   * IAM publishes no limit. It throttles whole accounts, so other programs must have room beside
   * these calls.
   */
  private static final int CALLS_AT_ONCE = 8;

  private final IamCertificateStore store;

  public CertificateBodies(IamCertificateStore store) {
    this.store = store;
  }

  /**
   * What was read.
   *
   * @param read by the certificate's id
   * @param unchecked the certificates that could not be read
   */
  public record Bodies(Map<String, Body> read, List<UncheckedPlace> unchecked) {
    public Bodies {
      read = Map.copyOf(read);
      unchecked = List.copyOf(unchecked);
    }
  }

  /** One certificate: what it says, and what is wrong with it. */
  public record Body(CertificateDetails details, List<Warning> warnings) {
    public Body {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Reads the bodies of these certificates, some at once. Never fails: what can't be read is in the
   * answer.
   *
   * @param now for the warnings about chains
   * @param onEach called after each, from any thread
   */
  public Bodies read(
      Collection<ServerCertificate> certificates, Instant now, Deadline deadline, Runnable onEach)
      throws InterruptedException {
    Map<ServerCertificate, Future<Body>> begun = new LinkedHashMap<>();
    Map<String, Body> read = new LinkedHashMap<>();
    List<UncheckedPlace> unchecked = new ArrayList<>();
    ExecutorService threads =
        Executors.newFixedThreadPool(CALLS_AT_ONCE, Thread.ofVirtual().factory());
    try {
      for (ServerCertificate one : certificates) {
        Callable<Body> call =
            () -> {
              try {
                return body(one, now, deadline);
              } finally {
                onEach.run();
              }
            };
        begun.put(one, threads.submit(call));
      }
      for (Map.Entry<ServerCertificate, Future<Body>> entry : begun.entrySet()) {
        try {
          read.put(entry.getKey().id(), entry.getValue().get());
        } catch (ExecutionException e) {
          unchecked.add(unchecked(entry.getKey(), e.getCause()));
        }
      }
    } finally {
      threads.shutdownNow();
    }
    return new Bodies(read, unchecked);
  }

  private static UncheckedPlace unchecked(ServerCertificate one, Throwable failure) {
    String code =
        switch (failure) {
          case AwsCallException call -> call.code();
          case CertificateException unreadable -> "Unreadable";
          default -> failure.getClass().getSimpleName();
        };
    String error =
        failure instanceof AwsCallException
            ? failure.getMessage()
            : "The certificate can't be read: " + failure.getMessage() + ".";
    return new UncheckedPlace("iam", "global", code, "Details of " + one.name() + ": " + error);
  }

  /** What its tags ask for, and not whether it holds: the limit is a setting of the functions. */
  private static Optional<Warning> exception(
      software.amazon.awssdk.services.iam.model.ServerCertificate answer) {
    Optional<Map<String, String>> tags = CertificateTags.of(answer.hasTags(), answer.tags());
    Optional<String> text =
        tags.isEmpty()
            ? Optional.of("IAM did not return its tags. They may ask for an exception.")
            : ExceptionLimit.requested(tags.get()).map(wish -> "Its tags ask for an " + wish);
    return text.map(found -> new Warning(Warning.Code.EXCEPTION, found));
  }

  private Body body(ServerCertificate listed, Instant now, Deadline deadline)
      throws CertificateException {
    software.amazon.awssdk.services.iam.model.ServerCertificate answer =
        store.read(listed.name(), deadline);
    GET.require(
        listed.id().equals(answer.serverCertificateMetadata().serverCertificateId()),
        "The name "
            + listed.name()
            + " was given to another certificate after the listing. Start the audit again.");
    List<X509Certificate> certificates = CertificateParser.parse(answer.certificateBody());
    List<X509Certificate> chain =
        answer.certificateChain() == null || answer.certificateChain().isBlank()
            ? List.of()
            : CertificateParser.parse(answer.certificateChain());
    X509Certificate certificate = certificates.getFirst();
    List<Warning> warnings =
        new ArrayList<>(new CertificateChecks(certificate, chain, now).warnings());
    exception(answer).ifPresent(warnings::add);
    return new Body(CertificateParser.details(certificate, chain), warnings);
  }
}
