package io.github.certsweep.verdict;

import io.github.certsweep.usage.UsageReport;
import java.util.List;
import java.util.Optional;

/**
 * The verdicts on all certificates of an account.
 *
 * @param all the worst first
 * @param usage what was found of their users; empty if the rule does not look it up
 */
public record Verdicts(List<Verdict> all, Optional<UsageReport> usage) {
  public Verdicts {
    all = List.copyOf(all);
  }
}
