package io.github.certsweep.audit.report;

import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.usage.UncheckedPlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything that an audit found in one account. Every format is written from it alone.
 *
 * @param account the account's 12 digits
 * @param partition for example {@code "aws"}
 * @param unchecked what could not be looked at, with the reason
 * @param notes what else the reader should know, a sentence or two each
 * @param quota how many certificates the account may have; empty if AWS did not say
 * @param certificates the worst first
 * @param comparison with an earlier report; empty if none was given
 */
public record AuditReport(
    Origin origin,
    String account,
    String partition,
    AuditParameters parameters,
    List<UncheckedPlace> unchecked,
    List<String> notes,
    Optional<Quota> quota,
    List<AuditedCertificate> certificates,
    Optional<Comparison> comparison) {

  public AuditReport {
    unchecked = List.copyOf(unchecked);
    notes = List.copyOf(notes);
    certificates = certificates.stream().sorted(AuditedCertificate.WORST_FIRST).toList();
  }

  /** Whether everything that was asked for could be looked at. */
  public boolean complete() {
    return unchecked.isEmpty() && count(ExpirationStatus.UNKNOWN) == 0;
  }

  /** How many certificates have this status. */
  public long count(ExpirationStatus status) {
    return certificates.stream().filter(one -> one.status() == status).count();
  }

  /** How many certificates have this priority. */
  public long count(Priority priority) {
    return certificates.stream().filter(one -> one.priority() == priority).count();
  }

  /** The certificates that somebody has to do something about, the most urgent first. */
  public List<AuditedCertificate> toDo() {
    return certificates.stream().filter(one -> one.priority().isActionNeeded()).toList();
  }

  /** What the caller chose not to look at, a sentence each. */
  public List<String> limits() {
    List<String> limits = new ArrayList<>();
    if (!parameters.usage()) {
      limits.add("Users of the certificates were not searched for (--no-usage).");
    } else if (!parameters.regions().isEmpty()) {
      limits.add(
          "Only these regions were searched for users (--regions): "
              + String.join(", ", parameters.regions())
              + ".");
    }
    if (!parameters.details()) {
      limits.add(
          "Names, keys, chains and tags of the certificates were not read, so no exception is shown,"
              + " and no replacements were looked for (--no-details).");
    }
    return limits;
  }

  /** The result in a few sentences, the most urgent first. */
  public String verdict() {
    return complete()
        ? result()
        : result() + " Not everything could be checked, so there may be more.";
  }

  private String result() {
    long live = count(Priority.EXPIRED_IN_USE);
    long unknown = count(Priority.EXPIRED_USAGE_UNKNOWN);
    long unused = count(Priority.EXPIRED_UNUSED);
    long excepted = count(Priority.EXPIRED_EXCEPTED);
    long expiring = count(ExpirationStatus.EXPIRING);
    if (live > 0) {
      return live == 1
          ? "1 expired certificate is still in use. Replace it now."
          : live + " expired certificates are still in use. Replace them now.";
    }
    if (unknown > 0) {
      return unknown == 1
          ? "1 certificate has expired. It is not known whether anything uses it."
          : unknown + " certificates have expired. It is not known whether anything uses them.";
    }
    List<String> rest = new ArrayList<>();
    if (expiring > 0) {
      rest.add(expiring(expiring));
    }
    if (unused > 0) {
      rest.add(unused(unused));
    }
    if (excepted > 0) {
      rest.add(excepted(excepted));
    }
    if (!rest.isEmpty()) {
      return String.join(" ", rest);
    }
    if (certificates.isEmpty()) {
      return "This account has no server certificates in IAM.";
    }
    return "No certificate has expired, and none expires within " + days(parameters.days()) + ".";
  }

  private String expiring(long expiring) {
    String within = "within " + days(parameters.days()) + ".";
    return expiring == 1
        ? "1 certificate expires " + within
        : expiring + " certificates expire " + within;
  }

  private static String unused(long unused) {
    return unused == 1
        ? "1 certificate has expired. Nothing uses it, so it can be deleted."
        : unused + " certificates have expired. Nothing uses them, so they can be deleted.";
  }

  private static String excepted(long excepted) {
    return excepted == 1
        ? "1 expired certificate may have an exception. Do not delete it yet."
        : excepted + " expired certificates may have exceptions. Do not delete them yet.";
  }

  private static String days(int days) {
    return days == 1 ? "1 day" : days + " days";
  }

  /**
   * For scripts: 0 if nothing has expired or is expiring, 1 if something is, 2 if nothing was seen
   * but not everything could be told, 3 if both.
   */
  public int exitCode() {
    boolean flagged = count(ExpirationStatus.EXPIRED) + count(ExpirationStatus.EXPIRING) > 0;
    return (flagged ? 1 : 0) + (complete() ? 0 : 2);
  }

  /**
   * The same report, compared with an earlier one.
   *
   * @param more notes on the comparison
   */
  public AuditReport comparedWith(Comparison earlier, List<String> more) {
    return new AuditReport(
        origin,
        account,
        partition,
        parameters,
        unchecked,
        Stream.concat(notes.stream(), more.stream()).toList(),
        quota,
        certificates,
        Optional.of(earlier));
  }
}
