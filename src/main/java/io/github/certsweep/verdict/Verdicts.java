package io.github.certsweep.verdict;

import io.github.certsweep.usage.UsageReport;
import java.util.List;
import java.util.Optional;

/**
 * The verdicts on all certificates of an account.
 *
 * @param all the verdicts, worst first
 * @param usage who uses the certificates; empty if the rule does not check usage
 * @param withExceptions whether exceptions were looked for
 */
public record Verdicts(List<Verdict> all, Optional<UsageReport> usage, boolean withExceptions) {
  public Verdicts {
    all = List.copyOf(all);
  }
}
