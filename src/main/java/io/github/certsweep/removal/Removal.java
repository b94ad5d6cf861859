package io.github.certsweep.removal;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.removal.RemovalResult.Outcome;
import io.github.certsweep.usage.UsageSearch;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

/**
 * Deletes one certificate if, judged afresh, it has expired and nothing uses it. The only way to
 * the deletion in the whole product. Thread-safe, and safe to repeat.
 *
 * <p>Each place is looked at once, and the deletion follows when the last one has been: seconds
 * later, with much to search minutes. Who attaches the certificate meanwhile, where that has been
 * done, is not seen. IAM then refuses for load balancers ({@code DeleteConflict}); for CloudFront,
 * AppSync and SNI certificates AWS documents no such guard.
 */
public final class Removal {
  /** Kept back from the search, so that a deletion can be confirmed. */
  private static final Duration TIME_TO_DELETE = Duration.ofSeconds(30);

  private final IamCertificateStore store;
  private final Judge judge;
  private final CertificateDeletion deletion;

  /**
   * Makes a removal.
   *
   * @param iam for reading
   * @param iamForDeletion see {@link io.github.certsweep.aws.Clients#iamForDeletion()}
   */
  public Removal(
      IamClient iam, IamClient iamForDeletion, UsageSearch usage, Clock clock, Pause pause) {
    this.store = new IamCertificateStore(iam);
    this.judge = new Judge(usage, clock);
    this.deletion = new CertificateDeletion(iam, iamForDeletion, pause);
  }

  /**
   * Judges and deletes.
   *
   * @throws AwsCallException if a call failed, so that it is not known or not certain what became
   *     of the certificate
   */
  public RemovalResult remove(RemovalRequest request, Deadline deadline) {
    List<ServerCertificate> listed = store.listAll(deadline);
    Optional<ServerCertificate> byId =
        listed.stream().filter(one -> one.id().equals(request.id())).findFirst();
    Optional<ServerCertificate> byName =
        listed.stream().filter(one -> one.name().equals(request.name())).findFirst();
    if (byId.isEmpty()) {
      return byName.isEmpty()
          ? alreadyGone(request)
          : refusedAsReplaced(request, byName.get().id());
    }
    Verdict verdict = judge.judge(byId.get(), listed, deadline.earlierBy(TIME_TO_DELETE));
    if (!byId.equals(byName)) {
      return refusedAsRenamed(request, byId.get().name(), verdict);
    }
    if (!verdict.deletable()) {
      return new RemovalResult(Outcome.REFUSED, verdict.reason(), verdict);
    }
    return delete(request, verdict, deadline);
  }

  private RemovalResult delete(RemovalRequest request, Verdict verdict, Deadline deadline) {
    // The search took seconds, and the deletion goes by name alone: once more, is it still this
    // certificate's?
    Optional<String> id = deletion.idOf(request.name(), deadline);
    if (id.isEmpty()) {
      return goneOrRenamed(request, verdict, deadline);
    }
    if (!id.get().equals(request.id())) {
      return refusedAsReplaced(request, id.get());
    }
    Optional<String> conflict;
    try {
      conflict = deletion.delete(request.name(), deadline);
    } catch (NoSuchEntityException e) {
      return goneOrRenamed(request, verdict, deadline);
    } catch (AwsCallException e) {
      // The answer may have been lost after the deletion took effect.
      Optional<RemovalResult> kept = whatItKept(e, request, verdict, deadline);
      if (kept.isPresent()) {
        return kept.get();
      }
      conflict = Optional.empty();
    }
    if (conflict.isPresent()) {
      String reason =
          "IAM refused the deletion, because something uses the certificate: " + conflict.get();
      return new RemovalResult(Outcome.REFUSED, reason, verdict);
    }
    confirm(request, deadline);
    return removed(request, verdict);
  }

  /**
   * After a deletion that failed: empty if the certificate is gone in spite of that; a refusal if
   * it lives on under another name, which only looks like a deletion.
   *
   * @throws AwsCallException the failure itself if the certificate is still there
   */
  private Optional<RemovalResult> whatItKept(
      AwsCallException failure, RemovalRequest request, Verdict verdict, Deadline deadline) {
    boolean nameIsGone;
    Optional<RemovalResult> renamed;
    try {
      nameIsGone = deletion.isGone(request, deadline);
      renamed = nameIsGone ? renamed(request, verdict, deadline) : Optional.empty();
    } catch (AwsCallException e) {
      String unknown = "It is not known whether " + request.name() + " was deleted: ";
      throw AwsCallException.unexpectedAnswer(
          "iam:DeleteServerCertificate", unknown + failure.getMessage() + " " + e.getMessage());
    }
    if (!nameIsGone) {
      throw failure.isRefusal() ? failure : failure.adding(mayBeDeletedYet(request));
    }
    return renamed;
  }

  private static String mayBeDeletedYet(RemovalRequest request) {
    return "It is not known whether "
        + request.name()
        + " was deleted: IAM still shows it, but may delete it yet. Start again to see.";
  }

  /** From here on the certificate is deleted, and whatever goes wrong must say so. */
  private void confirm(RemovalRequest request, Deadline deadline) {
    String accepted =
        "IAM accepted the deletion of "
            + request.name()
            + ", but that it is gone could not be confirmed: ";
    boolean gone;
    try {
      gone = deletion.isGoneInTheEnd(request, deadline);
    } catch (AwsCallException e) {
      throw AwsCallException.unexpectedAnswer(
          "iam:DeleteServerCertificate", accepted + e.getMessage());
    }
    if (!gone) {
      throw AwsCallException.unexpectedAnswer(
          "iam:DeleteServerCertificate", accepted + "IAM still shows it.");
    }
  }

  private static RemovalResult removed(RemovalRequest request, Verdict verdict) {
    return new RemovalResult(
        Outcome.REMOVED, "Deleted " + request.name() + " (" + request.id() + ").", verdict);
  }

  /** The name is gone; is the certificate, or does it live on under another name? */
  private RemovalResult goneOrRenamed(RemovalRequest request, Verdict verdict, Deadline deadline) {
    return renamed(request, verdict, deadline).orElseGet(() -> alreadyGone(request));
  }

  /** The refusal if the listing shows the certificate under another name. */
  private Optional<RemovalResult> renamed(
      RemovalRequest request, Verdict verdict, Deadline deadline) {
    return store.listAll(deadline).stream()
        .filter(one -> one.id().equals(request.id()) && !one.name().equals(request.name()))
        .findFirst()
        .map(renamed -> refusedAsRenamed(request, renamed.name(), verdict));
  }

  private static RemovalResult refusedAsRenamed(
      RemovalRequest request, String newName, Verdict verdict) {
    String reason =
        "The certificate " + request.id() + " is called " + newName + " now, not " + request.name();
    return new RemovalResult(Outcome.REFUSED, reason + ". Start again with its new name.", verdict);
  }

  private static RemovalResult alreadyGone(RemovalRequest request) {
    Verdict verdict = Verdict.notFound(request.name());
    return new RemovalResult(Outcome.ALREADY_GONE, verdict.reason(), verdict);
  }

  private static RemovalResult refusedAsReplaced(RemovalRequest request, String newId) {
    String reason =
        "The name "
            + request.name()
            + " belongs to another certificate now, "
            + newId
            + " and not "
            + request.id()
            + ". Evaluate the rule and start again if that one has expired.";
    return new RemovalResult(
        Outcome.REFUSED, reason, new Verdict(Optional.empty(), Optional.empty(), false, reason));
  }
}
