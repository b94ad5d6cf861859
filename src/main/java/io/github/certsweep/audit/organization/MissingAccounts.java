package io.github.certsweep.audit.organization;

import io.github.certsweep.audit.organization.AggregatedRow.Place;
import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.Membership;
import io.github.certsweep.audit.organization.report.MissingAccount;
import io.github.certsweep.audit.organization.report.MissingAccount.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds out who is missing: which accounts should have results and have none, and whose results may
 * be old.
 */
final class MissingAccounts {
  /** How many regions of an account are described. */
  private static final int DESCRIBED_AT_MOST = 3;

  /** The rule runs at least once a day. One run may fail, and an aggregator takes its time. */
  private static final Duration LONGEST_SILENCE = Duration.ofDays(3);

  private final Optional<Aggregator> aggregator;
  private final Optional<Map<String, Member>> members;

  /** Where any account has a row of the rule, whatever it says. */
  private final Set<String> regions = new HashSet<>();

  /** The accounts that the rule has judged, in any region. */
  private final Set<String> judged = new HashSet<>();

  /** The regions where the rule is deployed and has judged nothing, by account. */
  private final Map<String, Set<String>> unjudged = new HashMap<>();

  /** By account. */
  private final Map<String, List<BadSource>> bad = new HashMap<>();

  /**
   * Starts with what is known.
   *
   * @param aggregator empty if it could not be described
   * @param members of the organization, by account; empty if they could not be listed
   */
  MissingAccounts(
      Optional<Aggregator> aggregator,
      Optional<Map<String, Member>> members,
      Collection<AggregatedRow> rows) {
    this.aggregator = aggregator;
    this.members = members;
    for (AggregatedRow row : rows) {
      Place place = row.place();
      regions.add(place.region());
      if (row.compliance().isResult()) {
        judged.add(place.account());
      } else {
        unjudged.computeIfAbsent(place.account(), account -> new TreeSet<>()).add(place.region());
      }
    }
  }

  /** Notes a source of one account. */
  void add(BadSource source) {
    bad.computeIfAbsent(source.id(), account -> new ArrayList<>()).add(source);
  }

  Membership membership(String account) {
    return members
        .map(all ->
            !all.containsKey(account)
                ? Membership.NOT_LISTED
                : all.get(account).active() ? Membership.ACTIVE : Membership.INACTIVE)
        .orElse(Membership.UNKNOWN);
  }

  Optional<String> name(String account) {
    return members.map(all -> all.get(account)).flatMap(Member::name);
  }

  /** How many accounts should have results; empty if nothing says which. */
  OptionalInt expected() {
    Set<String> expected = expectedAccounts();
    return expected.isEmpty() ? OptionalInt.empty() : OptionalInt.of(expected.size());
  }

  /** How many accounts of the organization are suspended, closed or not activated. */
  long inactive() {
    return members.stream()
        .flatMap(all -> all.values().stream())
        .filter(one -> !one.active())
        .count();
  }

  /**
   * How many sources are bad that make nobody missing: the account has results elsewhere, and no
   * account has results in that region.
   */
  long badElsewhere() {
    return bad.entrySet().stream()
        .filter(one -> judged.contains(one.getKey()))
        .flatMap(one -> one.getValue().stream())
        .filter(one -> !matters(one))
        .count();
  }

  /** Whether the aggregator could not read this account in this region, or not lately. */
  boolean isOutOfDate(Place place) {
    return bad.getOrDefault(place.account(), List.of()).stream()
        .anyMatch(one -> one.region().map(place.region()::equals).orElse(true));
  }

  List<MissingAccount> all() {
    Set<String> suspects = new TreeSet<>(expectedAccounts());
    suspects.addAll(unjudged.keySet());
    suspects.addAll(bad.keySet());
    List<MissingAccount> missing = new ArrayList<>();
    for (String account : suspects) {
      if (membership(account) != Membership.INACTIVE) {
        if (judged.contains(account)) {
          missing.addAll(regionsInDoubt(account));
        } else {
          missing.add(withoutResults(account));
        }
      }
    }
    return missing;
  }

  /**
   * Where the rule may have stopped. Every run reports all flagged certificates, or else one other
   * result. AWS Config keeps showing what was reported last.
   */
  Optional<MissingAccount> stopped(AccountResults one, Instant at) {
    if (one.outOfDate() || one.membership() == Membership.INACTIVE) {
      return Optional.empty();
    }
    return one.details()
        .newest()
        .filter(newest -> newest.isBefore(at.minus(LONGEST_SILENCE)))
        .map(newest ->
            missing(
                one.account(),
                Optional.of(one.region()),
                Reason.RESULTS_OLD,
                "The newest result is from " + newest + "."));
  }

  /** The active accounts of the organization, and the accounts that the aggregator names. */
  private Set<String> expectedAccounts() {
    Set<String> expected = new HashSet<>();
    aggregator.ifPresent(one -> expected.addAll(one.accounts()));
    members.ifPresent(all -> expected.addAll(all.keySet()));
    expected.removeIf(account -> membership(account) == Membership.INACTIVE);
    return expected;
  }

  private MissingAccount withoutResults(String account) {
    List<BadSource> sources =
        bad.getOrDefault(account, List.of()).stream()
            .sorted(
                Comparator.comparing(BadSource::reason)
                    .thenComparing(one -> one.region().orElse("")))
            .toList();
    Reason reason =
        !sources.isEmpty()
            ? sources.getFirst().reason()
            : unjudged.containsKey(account)
                ? Reason.NO_JUDGMENT
                : aggregator.filter(one -> !one.collectsFrom(account)).isPresent()
                    ? Reason.NOT_A_SOURCE
                    : Reason.NO_RESULTS;
    int more = sources.size() - DESCRIBED_AT_MOST;
    String detail =
        sources.stream()
                .limit(DESCRIBED_AT_MOST)
                .map(BadSource::description)
                .collect(Collectors.joining("; "))
            + (more > 0 ? "; and " + more + " more" : "");
    return missing(account, Optional.empty(), reason, detail);
  }

  /** Where results of an account that has some are old, or could be missing. */
  private List<MissingAccount> regionsInDoubt(String account) {
    Stream<MissingAccount> outOfDate =
        bad.getOrDefault(account, List.of()).stream()
            .filter(this::matters)
            .map(one -> missing(account, one.region(), one.reason(), one.description()));
    Stream<MissingAccount> unjudgedThere =
        unjudged.getOrDefault(account, Set.of()).stream()
            .map(region -> missing(account, Optional.of(region), Reason.NO_JUDGMENT, ""));
    return Stream.concat(outOfDate, unjudgedThere).toList();
  }

  /** Whether the rule has results in the source's region, in any account. */
  private boolean matters(BadSource source) {
    return source.region().map(regions::contains).orElse(true);
  }

  private MissingAccount missing(
      String account, Optional<String> region, Reason reason, String detail) {
    return new MissingAccount(account, name(account), membership(account), region, reason, detail);
  }
}
