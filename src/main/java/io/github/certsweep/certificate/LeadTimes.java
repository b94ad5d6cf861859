package io.github.certsweep.certificate;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many days before its expiration each certificate counts as expiring: the same for all, or for
 * short-lived ones a share of their lifetime if that is less. Immutable.
 */
public final class LeadTimes {
  private static final int WHOLE = 100;
  private static final int DAY_SECONDS = 86_400;

  /** Enough for a thousand certificates. The search for users needs the rest, or half at least. */
  private static final Duration TIME_TO_READ = Duration.ofMinutes(2);

  private final int days;
  private final Map<String, Integer> shorterById;
  private final Optional<String> problem;

  private LeadTimes(int days, Map<String, Integer> shorterById, Optional<String> problem) {
    this.days = days;
    this.shorterById = Map.copyOf(shorterById);
    this.problem = problem;
  }

  /** The same for all certificates. */
  public static LeadTimes ofAll(int days) {
    return new LeadTimes(days, Map.of(), Optional.empty());
  }

  /**
   * As many days, but no more than a share of a certificate's whole lifetime, rounded up to a day.
   * Reads only certificates for which that can be less: those that expire within these days, unless
   * their upload proves that they live long enough. IAM takes no certificate before its beginning,
   * so the lifetime is at least the time from the upload to the expiration. The upload does not
   * replace the beginning: of a certificate uploaded late, the lead time would be too short.
   *
   * <p>Where the lifetime can't be read, all the days apply: too early is better than too late.
   *
   * @param percent 1 to 100; at 100 nothing is read, since no certificate expires sooner than at
   *     the end of its lifetime
   */
  public static LeadTimes atMost(
      int percent,
      int days,
      List<ServerCertificate> listed,
      Instant now,
      IamCertificateStore store,
      Deadline deadline) {
    Map<String, Integer> shorter = new HashMap<>();
    Duration half = deadline.left().dividedBy(2);
    Duration rest = deadline.left().minus(TIME_TO_READ);
    Deadline end = deadline.earlierBy(rest.compareTo(half) > 0 ? rest : half);
    try {
      for (ServerCertificate one : listed) {
        if (mayBeShorter(percent, days, one, now)) {
          Instant expiration = one.expiration().orElseThrow();
          store
              .validFrom(one, end)
              .filter(from -> from.isBefore(expiration))
              .map(from -> share(percent, from, expiration))
              .filter(share -> share < days)
              .ifPresent(share -> shorter.put(one.id(), share.intValue()));
        }
      }
    } catch (AwsCallException e) {
      String told =
          e.getMessage() + " All of daysToExpiration applies to certificates that were not read.";
      return new LeadTimes(days, shorter, Optional.of(told));
    }
    return new LeadTimes(days, shorter, Optional.empty());
  }

  private static boolean mayBeShorter(
      int percent, int days, ServerCertificate certificate, Instant now) {
    return percent < WHOLE
        && ExpirationStatus.at(now, certificate.expiration(), Duration.ofDays(days))
            == ExpirationStatus.EXPIRING
        && share(percent, certificate.uploaded(), certificate.expiration().orElseThrow()) < days;
  }

  private static long share(int percent, Instant from, Instant expiration) {
    long seconds = Duration.between(from, expiration).toSeconds();
    return Math.ceilDiv(seconds * percent, (long) WHOLE * DAY_SECONDS);
  }

  /** How many days before its expiration this certificate counts as expiring. */
  public int daysOf(ServerCertificate certificate) {
    return shorterById.getOrDefault(certificate.id(), days);
  }

  /** Why lifetimes could not be read, and what to do; empty if all that were needed were. */
  public Optional<String> problem() {
    return problem;
  }
}
