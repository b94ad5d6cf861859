package io.github.certsweep.exemption;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.JudgedCertificate;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

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
  private final Optional<CertificateTags> tags;

  private Exemptions(ExceptionLimit limit, Optional<CertificateTags> tags) {
    this.limit = limit;
    this.tags = limit.isOn() ? tags : Optional.empty();
  }

  /** For those who only look: the tags are read when the certificates are judged. */
  public static Exemptions read(ExceptionLimit limit, Clients clients) {
    return read(limit, CertificateTags.with(clients));
  }

  /** The same with any reader of tags. */
  public static Exemptions read(ExceptionLimit limit, CertificateTags tags) {
    return new Exemptions(limit, Optional.of(tags));
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
    return tags.isPresent() ? deadline.earlierBy(TIME_TO_READ) : deadline;
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
    Map<JudgedCertificate, Exemption> read = new HashMap<>();
    tags.map(reader -> reader.readAll(flagged, deadline))
        .orElse(Map.of())
        .forEach((one, answer) -> read.put(one, of(one, answer)));
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

  private Exemption of(JudgedCertificate judged, CertificateTags.Answer answer) {
    return answer
        .failure()
        .map(Exemptions::unread)
        .orElseGet(() -> limit.exemption(answer.tags(), judged));
  }

  private static Exemption unread(RuntimeException failure) {
    return failure instanceof AwsCallException call
        ? new Exemption.Unread(call.code(), call.getMessage())
        : new Exemption.Unread(failure.getClass().getSimpleName(), failure.toString());
  }
}
