package io.github.certsweep.removal;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.ExceptionLimit;
import io.github.certsweep.exemption.Exemptions;
import io.github.certsweep.removal.CertificateDeletion.Current;
import io.github.certsweep.removal.RemovalResult.Outcome;
import io.github.certsweep.usage.UsageSearch;
import io.github.certsweep.verdict.Judge;
import io.github.certsweep.verdict.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * Judges one certificate again, and deletes it only if it has expired, nothing uses it, and no
 * exception keeps it. No other code leads to the deletion. Thread-safe, and safe to repeat.
 *
 * <p>Each place is searched once, and the deletion follows the last search: after seconds, or after
 * minutes in a large account. If someone attaches the certificate to a place already searched, the
 * search misses it. IAM then refuses for load balancers ({@code DeleteConflict}). For CloudFront,
 * AppSync and SNI certificates AWS documents no such guard.
 */
public final class Removal {
  /** The search must leave so much time to delete and to confirm the deletion. */
  private static final Duration TIME_TO_DELETE = Duration.ofSeconds(30);

  /** IAM's listing lags: a change to a certificate shows there within seconds. */
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
      IamClient iam,
      IamClient iamForDeletion,
      UsageSearch usage,
      ExceptionLimit exceptions,
      Clock clock,
      Pause pause) {
    this.store = new IamCertificateStore(iam);
    this.judge = new Judge(usage, Exemptions.readLater(exceptions), clock);
    this.deletion = new CertificateDeletion(iam, iamForDeletion, pause);
    this.pause = pause;
  }

  /**
   * Judges and deletes.
   *
   * @throws AwsCallException if a call failed, so that it is not certain what became of the
   *     certificate
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
    if (!verdict.deletableWithoutException()) {
      return new RemovalResult(Outcome.REFUSED, verdict.reason(), verdict);
    }
    return delete(request, verdict, deadline);
  }

  /**
   * The search took time, and the deletion goes by name alone: so does the name still belong to
   * this certificate, and what do its tags say? If IAM says that there is none, a new listing must
   * say so too.
   */
  private RemovalResult delete(RemovalRequest request, Verdict verdict, Deadline deadline) {
    return untilCertain(
            deadline,
            () -> {
              Optional<Current> current = deletion.read(request.name(), deadline);
              if (current.isEmpty()) {
                return goneOrRenamed(request, verdict, deadline);
              }
              return Optional.of(
                  current.get().id().equals(request.id())
                      ? deleteUnlessExcepted(
                          request, judge.withTags(verdict, current.get().tags()), deadline)
                      : refusedAsReplaced(request, current.get().id()));
            })
        .orElseThrow(() -> contradiction("iam:GetServerCertificate", request));
  }

  /** Looks again while the answer is empty, because IAM contradicts itself for a while. */
  private Optional<RemovalResult> untilCertain(
      Deadline deadline, Supplier<Optional<RemovalResult>> look) {
    Optional<RemovalResult> end = look.get();
    for (int looks = 1; end.isEmpty() && looks < LOOKS_AT_MOST; looks++) {
      if (!pause.within(deadline, BETWEEN_LOOKS)) {
        break;
      }
      end = look.get();
    }
    return end;
  }

  private RemovalResult deleteUnlessExcepted(
      RemovalRequest request, Verdict verdict, Deadline deadline) {
    return verdict.deletable()
        ? deleteNow(request, verdict, deadline)
        : new RemovalResult(Outcome.REFUSED, verdict.reason(), verdict);
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
          "IAM refused to delete the certificate because it is in use: " + conflict.get();
      return new RemovalResult(Outcome.REFUSED, reason, verdict);
    }
    confirm(request, deadline);
    return removed(request, verdict);
  }

  /** Waits for the listing, which may show a deleted certificate for a while. */
  private Optional<RemovalResult> goneOrRenamedInTheEnd(
      RemovalRequest request, Verdict verdict, Deadline deadline) {
    return untilCertain(deadline, () -> goneOrRenamed(request, verdict, deadline));
  }

  private static AwsCallException contradiction(String call, RemovalRequest request) {
    return AwsCallException.unexpectedAnswer(
        call,
        "One IAM call says that "
            + request.name()
            + " does not exist, but another still shows it. Nothing was deleted here.");
  }

  /**
   * After a deletion that failed: empty if the certificate is gone nevertheless, by an answer that
   * was lost; that it was gone already, if AWS refused this deletion; a refusal if it was renamed,
   * which only looks like a deletion.
   *
   * @throws AwsCallException if the certificate is still there, or if that is not known
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
    return end.filter(result -> failure.isRefusal() || result.outcome() == Outcome.REFUSED);
  }

  private static String mayBeDeletedYet(RemovalRequest request) {
    return "It is not known whether "
        + request.name()
        + " was deleted: IAM still shows it, but may still delete it. Start again to find out.";
  }

  /** IAM has accepted the deletion by now, so every error must say that. */
  private void confirm(RemovalRequest request, Deadline deadline) {
    String accepted =
        "IAM accepted the deletion of " + request.name() + ", but it could not be confirmed: ";
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
   * What became of a certificate whose name IAM does not know; empty if the listing still shows it
   * under that name.
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
        "Certificate " + request.id() + " is now named " + newName + ", not " + request.name();
    return new RemovalResult(Outcome.REFUSED, reason + ". Start again with the new name.", verdict);
  }

  private static RemovalResult alreadyGone(RemovalRequest request) {
    Verdict verdict = Verdict.notFound(request.name());
    return new RemovalResult(Outcome.ALREADY_GONE, verdict.reason(), verdict);
  }

  private static RemovalResult refusedAsReplaced(RemovalRequest request, String newId) {
    String reason =
        "The name "
            + request.name()
            + " now belongs to another certificate, "
            + newId
            + " and not "
            + request.id()
            + ". Evaluate the rule, and start again if the new certificate has expired.";
    return new RemovalResult(Outcome.REFUSED, reason, Verdict.onNothing(reason));
  }
}
