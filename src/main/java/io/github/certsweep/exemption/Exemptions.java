package io.github.certsweep.exemption;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.usage.Bulkhead;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * The exceptions of an account's certificates. If exceptions are off, it makes no call.
 * Thread-safe.
 */
public final class Exemptions {
  /** No exceptions at all. */
  public static final Exemptions OFF = new Exemptions(ExceptionLimit.OFF, Optional.empty());

  /**
   * What a search that takes all of its time leaves to read tags: enough for hundreds of
   * certificates. Others have the time that the search did not take.
   */
  private static final Duration TIME_TO_READ = Duration.ofSeconds(5);

  private final ExceptionLimit limit;
  private final Optional<Supplier<IamClient>> iam;

  private Exemptions(ExceptionLimit limit, Optional<Supplier<IamClient>> iam) {
    this.limit = limit;
    this.iam = limit.isOn() ? iam : Optional.empty();
  }

  /** For those who only look: the tags are read when the certificates are judged. */
  public static Exemptions read(ExceptionLimit limit, Clients clients) {
    return read(limit, () -> clients.forSearch(IamClient.builder(), clients.region()));
  }

  /**
   * The same with any client.
   *
   * @param iam called only if there are tags to read
   */
  public static Exemptions read(ExceptionLimit limit, Supplier<IamClient> iam) {
    return new Exemptions(limit, Optional.of(iam));
  }

  /**
   * For those who delete: a verdict allows nothing until {@link #of(JudgedCertificate, Optional)}
   * gets tags that were read immediately before the deletion.
   */
  public static Exemptions readLater(ExceptionLimit limit) {
    return new Exemptions(limit, Optional.empty());
  }

  /** Whether there are exceptions at all. */
  public boolean areOn() {
    return limit.isOn();
  }

  /** When a search must end, so that the tags can be read after it. */
  public Deadline beforeReading(Deadline deadline) {
    return iam.isPresent() ? deadline.earlierBy(TIME_TO_READ) : deadline;
  }

  /**
   * The exceptions of these certificates. Reads the tags of those that have expired or are about
   * to; nothing else needs an exception. Never fails: what can't be read is {@link
   * Exemption.Unread}.
   */
  public Map<JudgedCertificate, Exemption> of(
      Collection<JudgedCertificate> judged, Deadline deadline) {
    List<JudgedCertificate> flagged =
        judged.stream().filter(JudgedCertificate::isExpiredOrExpiring).toList();
    Map<JudgedCertificate, Exemption> read =
        iam.isPresent() && !flagged.isEmpty() ? readAll(flagged, iam.get(), deadline) : Map.of();
    Exemption unread = limit.isOn() ? new Exemption.NotReadYet() : new Exemption.None();
    return judged.stream()
        .distinct()
        .collect(
            Collectors.toMap(
                Function.identity(),
                one ->
                    one.isExpiredOrExpiring()
                        ? read.getOrDefault(one, unread)
                        : new Exemption.None()));
  }

  /**
   * The exception of a certificate whose tags were just read.
   *
   * @param tags empty if the answer had none, not even an empty list
   */
  public Exemption of(JudgedCertificate judged, Optional<Map<String, String>> tags) {
    if (!limit.isOn()) {
      return new Exemption.None();
    }
    return tags.map(all -> limit.exemption(all, judged))
        .orElseGet(() ->
            unread(
                AwsCallException.unexpectedAnswer(
                    "iam:GetServerCertificate", "The answer contains no list of tags.")));
  }

  private Map<JudgedCertificate, Exemption> readAll(
      Collection<JudgedCertificate> flagged, Supplier<IamClient> client, Deadline deadline) {
    Map<JudgedCertificate, Exemption> found = new ConcurrentHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        IamClient opened = client.get()) {
      CertificateTags tags = new CertificateTags(opened);
      Bulkhead bulkhead = new Bulkhead(threads, Bulkhead.permitsOfAll());
      flagged.forEach(one -> bulkhead.begin(() -> found.put(one, read(one, tags, deadline))));
      bulkhead.await();
    }
    return found;
  }

  private Exemption read(JudgedCertificate judged, CertificateTags tags, Deadline deadline) {
    try {
      return limit.exemption(tags.read(judged.certificate().name(), deadline), judged);
    } catch (AwsCallException e) {
      return unread(e);
    } catch (RuntimeException e) {
      return new Exemption.Unread(e.getClass().getSimpleName(), e.toString());
    }
  }

  private static Exemption unread(AwsCallException failure) {
    return new Exemption.Unread(failure.code(), failure.getMessage());
  }
}
