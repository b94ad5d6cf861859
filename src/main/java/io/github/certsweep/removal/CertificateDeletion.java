package io.github.certsweep.removal;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.DeleteConflictException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.ServerCertificate;

/** The calls to IAM that a removal makes of one certificate. Thread-safe. */
final class CertificateDeletion {
  private static final String GET = "iam:GetServerCertificate";
  private static final String DELETE = "iam:DeleteServerCertificate";
  private static final Duration BETWEEN_READS = Duration.ofSeconds(1);

  /**
   * IAM is eventually consistent: one read may come from where the deletion has not arrived yet.
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

  /** The id of the certificate that has this name now; empty if none has. */
  Optional<String> idOf(String name, Deadline deadline) {
    try {
      ServerCertificate certificate =
          iam.getServerCertificate(request ->
                  request.serverCertificateName(name).overrideConfiguration(deadline.limitOf(GET)))
              .serverCertificate();
      if (certificate == null || certificate.serverCertificateMetadata() == null) {
        throw AwsCallException.unexpectedAnswer(GET, "The answer holds no certificate.");
      }
      return Optional.of(certificate.serverCertificateMetadata().serverCertificateId());
    } catch (NoSuchEntityException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw AwsCallException.of(GET, e);
    }
  }

  /**
   * Deletes the certificate of this name.
   *
   * @return why IAM refused because something uses it, in IAM's words; empty if it did not
   * @throws NoSuchEntityException if there is none
   */
  Optional<String> delete(String name, Deadline deadline) {
    try {
      iamForDeletion.deleteServerCertificate(request ->
          request.serverCertificateName(name).overrideConfiguration(deadline.limitOf(DELETE)));
      return Optional.empty();
    } catch (DeleteConflictException e) {
      return Optional.of(AwsCallException.reasonOf(e));
    } catch (NoSuchEntityException e) {
      throw e;
    } catch (SdkException e) {
      throw AwsCallException.of(DELETE, e);
    }
  }

  /** Whether the certificate with this id is gone, by one read. */
  boolean isGone(RemovalRequest certificate, Deadline deadline) {
    return idOf(certificate.name(), deadline).filter(certificate.id()::equals).isEmpty();
  }

  /**
   * Waits until two reads in a row say that the certificate is gone; false if that does not come.
   */
  boolean isGoneInTheEnd(RemovalRequest certificate, Deadline deadline) {
    int confirmations = 0;
    for (int read = 0; read < READS_AT_MOST && confirmations < READS_TO_CONFIRM; read++) {
      if (read > 0 && !waited()) {
        return false;
      }
      confirmations = isGone(certificate, deadline) ? confirmations + 1 : 0;
    }
    return confirmations == READS_TO_CONFIRM;
  }

  private boolean waited() {
    try {
      pause.of(BETWEEN_READS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
