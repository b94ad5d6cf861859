package io.github.certsweep.audit.compare;

import static io.github.certsweep.certificate.ExpirationStatus.EXPIRED;
import static io.github.certsweep.certificate.ExpirationStatus.UNKNOWN;
import static io.github.certsweep.certificate.ExpirationStatus.VALID;
import static java.util.stream.Collectors.toMap;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.certificate.ExpirationStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What has changed between two reports on one account. A certificate is known by its id: it
 * survives a rename and is never used again, while a name can go to another certificate.
 *
 * <p>That a certificate is missing from the present report means that it was deleted: the store
 * lists either all certificates or none.
 */
final class Changes {
  private final EarlierReport earlier;
  private final AuditReport present;
  private final Map<String, EarlierCertificate> earlierById;
  private final Map<String, AuditedCertificate> presentById;
  private final Map<String, AuditedCertificate> presentByName;

  Changes(EarlierReport earlier, AuditReport present) {
    this.earlier = earlier;
    this.present = present;
    this.earlierById = by(earlier.certificates().stream(), EarlierCertificate::id);
    this.presentById = by(present.certificates().stream(), one -> one.certificate().id());
    this.presentByName = by(present.certificates().stream(), one -> key(one.certificate().name()));
  }

  private static <T> Map<String, T> by(Stream<T> all, Function<T, String> key) {
    return all.collect(toMap(key, Function.identity(), (first, second) -> first));
  }

  /** IAM stores no two names that differ only in case. */
  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  Comparison comparison() {
    List<Finding> added = new ArrayList<>();
    List<Finding> still = new ArrayList<>();
    for (AuditedCertificate one : present.certificates()) {
      if (one.judged().isExpiredOrExpiring()) {
        Optional<EarlierCertificate> before = before(one);
        Optional<Instant> since = before.flatMap(EarlierCertificate::flaggedSince);
        if (since.isPresent()) {
          still.add(finding(one, since.get(), state(one) + change(before.get(), one)));
        } else {
          added.add(finding(one, present.origin().at(), state(one) + "; " + cause(before, one)));
        }
      }
    }
    List<Finding> gone = new ArrayList<>();
    for (EarlierCertificate before : earlier.certificates()) {
      Optional<AuditedCertificate> now = Optional.ofNullable(presentById.get(before.id()));
      if (before.flaggedSince().isPresent()
          && now.filter(one -> one.judged().isExpiredOrExpiring()).isEmpty()) {
        String what = now.map(this::noLongerFlagged).orElseGet(() -> deleted(before));
        gone.add(new Finding(before.name(), before.id(), before.flaggedSince().get(), what));
      }
    }
    return new Comparison(earlier.at(), added, gone, still);
  }

  private Optional<EarlierCertificate> before(AuditedCertificate one) {
    return Optional.ofNullable(earlierById.get(one.certificate().id()));
  }

  private static Finding finding(AuditedCertificate one, Instant since, String what) {
    return new Finding(one.certificate().name(), one.certificate().id(), since, what);
  }

  private static String state(AuditedCertificate one) {
    String status = one.status() == EXPIRED ? "expired" : "expiring";
    return switch (one.usageSummary()) {
      case "none" -> status + ", not in use";
      case "unknown" -> status + ", usage unknown";
      default -> status + ", in use by " + one.usageSummary();
    };
  }

  /** What is different about a certificate that was flagged before. */
  private static String change(EarlierCertificate before, AuditedCertificate one) {
    String status = one.status() == before.status() ? "" : "; was " + word(before.status());
    String name =
        one.certificate().name().equals(before.name()) ? "" : "; was called " + before.name();
    return status + name;
  }

  private static String word(ExpirationStatus status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  /** Why a certificate is flagged that was not flagged before. */
  private String cause(Optional<EarlierCertificate> before, AuditedCertificate one) {
    if (before.isEmpty()) {
      return one.certificate().uploaded().isAfter(earlier.at())
          ? "uploaded since"
          : "not in the earlier report";
    }
    if (before.get().status() == UNKNOWN) {
      return "IAM gave no expiration before";
    }
    Duration formerly = Duration.ofDays(earlier.parameters().days());
    return ExpirationStatus.at(present.origin().at(), one.expiration(), formerly) == VALID
        ? "flagged because of " + leadTimes()
        : "was valid";
  }

  private String leadTimes() {
    return "the lead time: %d days now, %d before"
        .formatted(present.parameters().days(), earlier.parameters().days());
  }

  /** What became of a certificate that IAM still has. */
  private String noLongerFlagged(AuditedCertificate one) {
    if (one.status() == UNKNOWN) {
      return "not solved: IAM no longer gives its expiration";
    }
    return present.parameters().days() < earlier.parameters().days()
        ? "no longer flagged because of " + leadTimes()
        : "no longer flagged: IAM says that it is valid until " + one.expiration().orElseThrow();
  }

  /** What became of a certificate that IAM no longer has. */
  private String deleted(EarlierCertificate before) {
    AuditedCertificate successor = presentByName.get(key(before.name()));
    if (successor == null) {
      return "deleted";
    }
    String id = successor.certificate().id();
    return switch (successor.status()) {
      case VALID ->
          "renewed under the same name: %s is valid until %s"
              .formatted(id, successor.expiration().orElseThrow());
      case EXPIRED, EXPIRING ->
          "deleted, but its name now belongs to %s, which is %s"
              .formatted(id, word(successor.status()));
      case UNKNOWN ->
          "deleted, but its name now belongs to %s, whose expiration is unknown".formatted(id);
    };
  }
}
