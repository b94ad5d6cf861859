package io.github.certsweep.audit.organization.report;

import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.input.Text;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the rule says of one account in one region. A rule that is deployed in two regions of an
 * account makes two of them.
 *
 * @param account the account's 12 digits
 * @param name its name in the organization, in one line; empty if that is not known
 * @param region where the rule is deployed
 * @param outOfDate whether the aggregator could not read the account there, or not lately; then
 *     nothing that is said of it may still be true
 * @param announced how many certificates the overview says are flagged, at least; 0 if it did not
 *     say
 */
public record AccountResults(
    String account,
    Optional<String> name,
    Membership membership,
    String region,
    Compliance compliance,
    boolean outOfDate,
    int announced,
    Details details) {
  /** Flagged ones by their worst certificate, then by their number of flagged ones. */
  public static final Comparator<AccountResults> WORST_FIRST =
      Comparator.comparing(AccountResults::compliance)
          .thenComparing(AccountResults::urgency)
          .thenComparingInt(one -> -one.flagged().orElse(0))
          .thenComparing(one -> !one.outOfDate())
          .thenComparing(AccountResults::account)
          .thenComparing(AccountResults::region);

  public AccountResults {
    name = name.map(Text::oneLine).filter(text -> !text.isEmpty());
  }

  public boolean isFlagged() {
    return compliance == Compliance.NON_COMPLIANT;
  }

  /** How many certificates are flagged, at least; empty if only that some are is known. */
  public OptionalInt flagged() {
    if (details.state() == Details.State.READ) {
      return OptionalInt.of(details.flagged().size());
    }
    return isFlagged() && announced == 0 ? OptionalInt.empty() : OptionalInt.of(announced);
  }

  private Priority urgency() {
    return details.results().stream()
        .map(CertificateResult::urgency)
        .min(Comparator.naturalOrder())
        .orElse(Priority.EXPIRED_USAGE_UNKNOWN);
  }
}
