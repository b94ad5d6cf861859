package io.github.certsweep.removal;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.exemption.CertificateTags;
import io.github.certsweep.verdict.Verdict;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.DeleteConflictException;
import software.amazon.awssdk.services.iam.model.ServerCertificate;

/** The calls to IAM that remove one certificate. Thread-safe. */
final class CertificateDeletion {
  private static final AwsCall GET = new AwsCall("iam:GetServerCertificate");
  private static final AwsCall DELETE = new AwsCall("iam:DeleteServerCertificate");
  private static final Duration BETWEEN_READS = Duration.ofSeconds(1);

  /**
   * IAM is eventually consistent: after one read says "gone", another may still find the
   * certificate.
   */
  private static final int READS_TO_CONFIRM = 2;

  private static final int READS_AT_MOST = 20;

  private final IamClient iam;
  private final IamClient iamForDeletion;
  private final Pause pause;

  CertificateDeletion(IamClient iam, IamClient iamForDeletion, Pause pause) {
    this.iam = iam;
    this.iamForDeletion = iamForDeletion;
    this.pause = pause;
  }

  /**
   * A certificate as one read shows it.
   *
   * @param tags by key; empty if the answer had no list of them that can be IAM's
   */
  record Current(String id, Optional<Map<String, String>> tags) {}

  /** The id of the certificate that has this name now; empty if IAM says that there is none. */
  Optional<String> idOf(String name, Deadline deadline) {
    return read(name, deadline).map(Current::id);
  }

  /** The certificate that has this name now; empty if IAM says that there is none. */
  Optional<Current> read(String name, Deadline deadline) {
    try {
      ServerCertificate certificate =
          GET.make(
                  deadline,
                  limit ->
                      iam.getServerCertificate(request ->
                          request.serverCertificateName(name).overrideConfiguration(limit)))
              .serverCertificate();
      GET.require(
          certificate != null
              && certificate.serverCertificateMetadata() != null
              && certificate.serverCertificateMetadata().serverCertificateId() != null,
          "The answer contains no certificate.");
      return Optional.of(
          new Current(
              certificate.serverCertificateMetadata().serverCertificateId(),
              CertificateTags.of(certificate.hasTags(), certificate.tags())));
    } catch (AwsCallException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Deletes the certificate of a verdict by its name, the only way that IAM has.
   *
   * @return IAM's reason if it refused because the certificate is in use; empty if it did not
   *     refuse
   * @throws IllegalArgumentException if the verdict does not allow it
   */
  Optional<String> delete(Verdict verdict, Deadline deadline) {
    if (!verdict.deletable()) {
      throw new IllegalArgumentException("Not deletable: " + verdict.reason());
    }
    String name = verdict.judged().orElseThrow().certificate().name();
    try {
      DELETE.make(
          deadline,
          limit ->
              iamForDeletion.deleteServerCertificate(
                  request -> request.serverCertificateName(name).overrideConfiguration(limit)));
      return Optional.empty();
    } catch (AwsCallException e) {
      if (e.getCause() instanceof DeleteConflictException conflict) {
        return Optional.of(AwsCallException.reasonOf(conflict));
      }
      throw e;
    }
  }

  /** Whether one read says that the certificate with this id is gone. */
  boolean isGone(RemovalRequest certificate, Deadline deadline) {
    return idOf(certificate.name(), deadline).filter(certificate.id()::equals).isEmpty();
  }

  /** Waits until two reads in a row say that the certificate is gone; false if they never do. */
  boolean isGoneInTheEnd(RemovalRequest certificate, Deadline deadline) {
    int confirmations = 0;
    for (int read = 0; read < READS_AT_MOST && confirmations < READS_TO_CONFIRM; read++) {
      if (read > 0 && !pause.within(deadline, BETWEEN_READS)) {
        return false;
      }
      confirmations = isGone(certificate, deadline) ? confirmations + 1 : 0;
    }
    return confirmations == READS_TO_CONFIRM;
  }
}
