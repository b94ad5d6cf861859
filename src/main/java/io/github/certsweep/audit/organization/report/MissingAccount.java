package io.github.certsweep.audit.organization.report;

import io.github.certsweep.input.Text;
import java.util.Comparator;
import java.util.Optional;

/**
 * An account of which the report says too little: it has no results, or AWS Config could not bring
 * them up to date.
 *
 * @param name its name in the organization, in one line; empty if that is not known
 * @param region where results are missing or old; empty if it has none in any region
 * @param detail what AWS Config says of it, and since when, in one line; may be empty
 */
public record MissingAccount(
    String account,
    Optional<String> name,
    Membership membership,
    Optional<String> region,
    Reason reason,
    String detail) {
  public static final Comparator<MissingAccount> BY_REASON =
      Comparator.comparing(MissingAccount::reason)
          .thenComparing(MissingAccount::account)
          .thenComparing(one -> one.region().orElse(""));

  /** Why it is missing. */
  public enum Reason {
    AGGREGATION_FAILED("The aggregator can't read this account."),
    AGGREGATION_OUTDATED("The aggregator has only old data of this account."),
    NO_RESULTS("The rule has no results here: it is not deployed, has never run, or always fails."),
    NO_JUDGMENT("The rule is deployed here, but has not judged anything."),
    RESULTS_OLD(
        "AWS Config shows no result of the last three days here: the rule fails, or no longer runs."),
    NOT_A_SOURCE("The aggregator does not collect from this account.");

    private final String meaning;

    Reason(String meaning) {
      this.meaning = meaning;
    }

    /** What it means, in one sentence. */
    public String meaning() {
      return meaning;
    }
  }

  public MissingAccount {
    name = name.map(Text::oneLine).filter(text -> !text.isEmpty());
    detail = Text.oneLine(detail);
  }
}
