package io.github.certsweep.removal;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.removal.RemovalResult.Outcome;
import io.github.certsweep.usage.UsageSearch;
import io.github.certsweep.verdict.Judge;
import io.github.certsweep.verdict.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iam.IamClient;

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

  /** IAM's listing lags: what becomes of a certificate shows there within seconds. */
  private static final int LOOKS_AT_MOST = 20;

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final IamCertificateStore store;
  private final Judge judge;
  private final CertificateDeletion deletion;
  private final Pause pause;

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
    this.pause = pause;
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
      // The listing alone does not prove that it is gone.
      Optional<String> id =
          byName.map(ServerCertificate::id).or(() -> deletion.idOf(request.name(), deadline));
      if (id.equals(Optional.of(request.id()))) {
        throw contradiction("iam:ListServerCertificates", request);
      }
      return id.map(other -> refusedAsReplaced(request, other))
          .orElseGet(() -> alreadyGone(request));
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

  /**
   * The search took seconds, and the deletion goes by name alone: so once more, is it still this
   * certificate's? If IAM denies that there is one, it takes a fresh listing to say so, too.
   */
  private RemovalResult delete(RemovalRequest request, Verdict verdict, Deadline deadline) {
    for (int look = 0; look < LOOKS_AT_MOST; look++) {
      Optional<String> id = deletion.idOf(request.name(), deadline);
      if (id.isPresent()) {
        return id.get().equals(request.id())
            ? deleteNow(request, verdict, deadline)
            : refusedAsReplaced(request, id.get());
      }
      Optional<RemovalResult> end = goneOrRenamed(request, verdict, deadline);
      if (end.isPresent()) {
        return end.get();
      }
      if (!pause.within(deadline, BETWEEN_LOOKS)) {
        break;
      }
    }
    throw contradiction("iam:GetServerCertificate", request);
  }

  private RemovalResult deleteNow(RemovalRequest request, Verdict verdict, Deadline deadline) {
    Optional<String> conflict;
    try {
      conflict = deletion.delete(verdict, deadline);
    } catch (AwsCallException e) {
      if (e.isNotFound()) {
        return goneOrRenamedInTheEnd(request, verdict, deadline)
            .orElseThrow(() -> contradiction("iam:DeleteServerCertificate", request));
      }
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

  /** Waits for the listing, which may show for a while what was deleted. */
  private Optional<RemovalResult> goneOrRenamedInTheEnd(
      RemovalRequest request, Verdict verdict, Deadline deadline) {
    Optional<RemovalResult> end = goneOrRenamed(request, verdict, deadline);
    for (int look = 1; end.isEmpty() && look < LOOKS_AT_MOST; look++) {
      if (!pause.within(deadline, BETWEEN_LOOKS)) {
        break;
      }
      end = goneOrRenamed(request, verdict, deadline);
    }
    return end;
  }

  private static AwsCallException contradiction(String call, RemovalRequest request) {
    return AwsCallException.unexpectedAnswer(
        call,
        "IAM says that "
            + request.name()
            + " does not exist, and shows it all the same. Nothing was deleted here.");
  }

  /**
   * After a deletion that failed: empty if the certificate is gone in spite of that; a refusal if
   * it lives on under another name, which only looks like a deletion.
   *
   * @throws AwsCallException the failure itself if the certificate is still there
   */
  private Optional<RemovalResult> whatItKept(
      AwsCallException failure, RemovalRequest request, Verdict verdict, Deadline deadline) {
    Optional<RemovalResult> end;
    try {
      end =
          deletion.isGone(request, deadline)
              ? goneOrRenamedInTheEnd(request, verdict, deadline)
              : Optional.empty();
    } catch (AwsCallException e) {
      String unknown = "It is not known whether " + request.name() + " was deleted: ";
      throw AwsCallException.unexpectedAnswer(
          "iam:DeleteServerCertificate", unknown + failure.getMessage() + " " + e.getMessage());
    }
    if (end.isEmpty()) {
      throw failure.isRefusal() ? failure : failure.adding(mayBeDeletedYet(request));
    }
    return end.filter(result -> result.outcome() == Outcome.REFUSED);
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

  /**
   * What became of a certificate whose name IAM does not know; empty if the listing shows it under
   * that name all the same.
   */
  private Optional<RemovalResult> goneOrRenamed(
      RemovalRequest request, Verdict verdict, Deadline deadline) {
    Optional<ServerCertificate> listed =
        store.listAll(deadline).stream().filter(one -> one.id().equals(request.id())).findFirst();
    if (listed.isEmpty()) {
      return Optional.of(alreadyGone(request));
    }
    return listed
        .filter(one -> !one.name().equals(request.name()))
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
    return new RemovalResult(Outcome.REFUSED, reason, Verdict.onNothing(reason));
  }
}
