package io.github.certsweep.audit.organization.report;

import io.github.certsweep.aws.AwsCallException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The single results of an account in a region.
 *
 * @param results the worst first; empty unless they were read
 * @param error why they could not be read; empty otherwise
 */
public record Details(State state, List<CertificateResult> results, Optional<UncheckedPart> error) {
  /** Nobody asked for them, so even their age is not known. */
  public static final Details NOT_ASKED = new Details(State.NOT_ASKED, List.of(), Optional.empty());

  /** Whether the results were read. */
  public enum State {
    READ,
    NOT_ASKED,
    UNREADABLE
  }

  public Details {
    results =
        results.stream()
            .sorted(
                Comparator.comparing(CertificateResult::urgency)
                    .thenComparing(CertificateResult::id)
                    .thenComparing(CertificateResult::type))
            .toList();
  }

  public static Details read(List<CertificateResult> results) {
    return new Details(State.READ, results, Optional.empty());
  }

  /**
   * Results that could not be read.
   *
   * @param what for example {@code "The results of 123456789012 in eu-west-1"}
   */
  public static Details unreadable(String what, AwsCallException failure) {
    return new Details(State.UNREADABLE, List.of(), Optional.of(UncheckedPart.of(what, failure)));
  }

  /** When the rule last gave a result that was read; empty if none was. */
  public Optional<Instant> newest() {
    return results.stream().map(CertificateResult::orderedAt).max(Comparator.naturalOrder());
  }

  /**
   * How old the newest result is, in words: {@code "3 hours ago"}, or {@code "not asked"}.
   *
   * @param at the time of the report
   */
  public String age(Instant at) {
    return switch (state) {
      case NOT_ASKED -> "not asked";
      case UNREADABLE -> "could not be read";
      case READ -> newest().map(time -> ago(Duration.between(time, at))).orElse("no results");
    };
  }

  private static String ago(Duration age) {
    if (age.toDays() >= 2) {
      return age.toDays() + " days ago";
    }
    return switch ((int) Math.max(0, age.toHours())) {
      case 0 -> "less than an hour ago";
      case 1 -> "1 hour ago";
      default -> age.toHours() + " hours ago";
    };
  }

  List<CertificateResult> flagged() {
    return results.stream().filter(CertificateResult::isFlagged).toList();
  }
}
