package io.github.certsweep.audit.organization.report;

import static java.util.stream.Collectors.groupingBy;

import io.github.certsweep.audit.report.Origin;
import io.github.certsweep.audit.report.Priority;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Everything that the audit of an organization found. Every format is written from it alone.
 *
 * @param unchecked what could not be looked at, with the reason
 * @param notes what else the reader should know, a sentence or two each
 * @param expected how many accounts should have results; empty if that could not be told
 * @param accounts the worst first
 * @param missing who has no results, or whose results are not up to date
 */
public record OrganizationReport(
    Origin origin,
    OrganizationParameters parameters,
    List<UncheckedPart> unchecked,
    List<String> notes,
    OptionalInt expected,
    List<AccountResults> accounts,
    List<MissingAccount> missing) {

  public OrganizationReport {
    unchecked = List.copyOf(unchecked);
    notes = List.copyOf(notes);
    accounts = accounts.stream().sorted(AccountResults.WORST_FIRST).toList();
    missing = missing.stream().sorted(MissingAccount.BY_REASON).toList();
  }

  /**
   * Whether every account that should have results has them, everything that was asked for was
   * read, and nothing that was read is out of date.
   */
  public boolean complete() {
    return unchecked.isEmpty() && missing.isEmpty() && hasResults();
  }

  /**
   * For scripts: 0 if nothing is flagged, 1 if something is, 2 if nothing was seen but not
   * everything could be told, 3 if both.
   */
  public int exitCode() {
    return (flaggedAccounts() > 0 ? 1 : 0) + (complete() ? 0 : 2);
  }

  /** The rows with something flagged, the worst first. */
  public List<AccountResults> flagged() {
    return accounts.stream().filter(AccountResults::isFlagged).toList();
  }

  /** How many accounts have something flagged, in any region. */
  public int flaggedAccounts() {
    return countAccounts(accounts.stream().filter(AccountResults::isFlagged));
  }

  /** How many accounts the rule has judged, in any region. */
  public int judgedAccounts() {
    return countAccounts(accounts.stream().filter(one -> one.compliance().isResult()));
  }

  public int missingAccounts() {
    return (int) missing.stream().map(MissingAccount::account).distinct().count();
  }

  /** How many certificates are flagged, at least. One that two regions flag counts once. */
  public int flaggedCertificates() {
    return accounts.stream().collect(groupingBy(AccountResults::account)).values().stream()
        .mapToInt(rows -> {
          int announced =
              rows.stream()
                  .filter(one -> one.isFlagged() && one.details().state() != Details.State.READ)
                  .mapToInt(AccountResults::announced)
                  .max()
                  .orElse(0);
          return Math.max(announced, countCertificates(rows, CertificateResult::isFlagged));
        })
        .sum();
  }

  /** How many certificates are known to have this priority. */
  public int count(Priority priority) {
    return countCertificates(
        accounts,
        one -> one.isOfACertificate() && one.priority().filter(priority::equals).isPresent());
  }

  private boolean hasResults() {
    return accounts.stream().anyMatch(one -> one.compliance().isResult());
  }

  private static int countCertificates(
      List<AccountResults> rows, Predicate<CertificateResult> wanted) {
    return (int)
        rows.stream()
            .flatMap(one ->
                one.details().results().stream()
                    .filter(wanted)
                    .map(result -> one.account() + " " + result.type() + " " + result.id()))
            .distinct()
            .count();
  }

  private static int countAccounts(Stream<AccountResults> rows) {
    return (int) rows.map(AccountResults::account).distinct().count();
  }

  /** The result in a few sentences. */
  public String verdict() {
    StringBuilder verdict = new StringBuilder(result());
    if (!missing.isEmpty()) {
      verdict
          .append(" ")
          .append(counted(missingAccounts(), "account is missing", "accounts are missing"))
          .append(" or out of date.");
    }
    if (expected.isEmpty()) {
      verdict.append(" It is not known which accounts should be here.");
    }
    if (!complete()) {
      verdict.append(" Not everything could be checked, so there may be more.");
    }
    return verdict.toString();
  }

  private String result() {
    int live = count(Priority.EXPIRED_IN_USE);
    if (!hasResults()) {
      return "No account has results of the rule "
          + parameters.rule()
          + ". So nothing is known about any certificate.";
    }
    if (live > 0) {
      return counted(live, "expired certificate is", "expired certificates are")
          + " still in use. "
          + (live == 1 ? "Replace it now." : "Replace them now.")
          + " "
          + flaggedIn();
    }
    if (flaggedAccounts() > 0) {
      return flaggedIn() + " None is known to have expired and be in use.";
    }
    return "Nothing is flagged in "
        + counted(judgedAccounts(), "account", "accounts")
        + " with results.";
  }

  private String flaggedIn() {
    String accountsWith = counted(flaggedAccounts(), "account", "accounts");
    int certificates = flaggedCertificates();
    return certificates == 0
        ? "Certificates are flagged in " + accountsWith + "."
        : counted(certificates, "certificate is", "certificates are")
            + " flagged in "
            + accountsWith
            + ".";
  }

  private static String counted(int number, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
  }
}
