package io.github.certsweep.exemption;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamPages;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.usage.Bulkhead;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

/** Reads the tags of server certificates from IAM. Thread-safe; keeps nothing between calls. */
public final class CertificateTags {
  private static final AwsCall LIST = new AwsCall("iam:ListServerCertificateTags");

  private final Supplier<IamClient> iam;

  /**
   * What was read of one certificate.
   *
   * @param tags by key; empty if they could not be read
   * @param failure why they could not be read
   */
  public record Answer(Map<String, String> tags, Optional<RuntimeException> failure) {}

  /**
   * @param iam called only if there are tags to read; what it makes is closed after that
   */
  public CertificateTags(Supplier<IamClient> iam) {
    this.iam = iam;
  }

  /** The tags as the functions read them. */
  public static CertificateTags with(Clients clients) {
    return new CertificateTags(() -> clients.forSearch(IamClient.builder(), clients.region()));
  }

  /**
   * The tags by their keys; empty if the answer can't be IAM's, which gives every tag a key of its
   * own and a value.
   *
   * @param isPresent whether the answer has a list of tags at all, as IAM's always have
   */
  public static Optional<Map<String, String>> of(boolean isPresent, List<Tag> tags) {
    Map<String, String> byKey = new HashMap<>();
    for (Tag tag : tags) {
      if (tag.key() == null || tag.value() == null || byKey.put(tag.key(), tag.value()) != null) {
        return Optional.empty();
      }
    }
    return isPresent ? Optional.of(Map.copyOf(byKey)) : Optional.empty();
  }

  /**
   * Reads the tags of each of these certificates, many at once. Never fails: each answer says
   * whether its tags could be read.
   */
  public Map<JudgedCertificate, Answer> readAll(
      Collection<JudgedCertificate> certificates, Deadline deadline) {
    Map<JudgedCertificate, Answer> answers = new ConcurrentHashMap<>();
    if (certificates.isEmpty()) {
      return answers;
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        IamClient opened = iam.get()) {
      Bulkhead bulkhead = new Bulkhead(threads, Bulkhead.permitsOfAll());
      certificates.forEach(
          one -> bulkhead.begin(() -> answers.put(one, answer(opened, one, deadline))));
      bulkhead.await();
    }
    return answers;
  }

  private static Answer answer(IamClient iam, JudgedCertificate judged, Deadline deadline) {
    try {
      return new Answer(read(iam, judged.certificate().name(), deadline), Optional.empty());
    } catch (RuntimeException e) {
      return new Answer(Map.of(), Optional.of(e));
    }
  }

  /**
   * All tags of the certificate of this name.
   *
   * @throws AwsCallException if they can't be read in full, also if IAM says that there is no such
   *     certificate
   */
  private static Map<String, String> read(IamClient iam, String name, Deadline deadline) {
    List<Tag> all = new ArrayList<>();
    Optional<String> marker = Optional.empty();
    do {
      ListServerCertificateTagsResponse page = page(iam, name, marker, deadline);
      LIST.require(page.hasTags(), "The answer contains no list of tags.");
      all.addAll(page.tags());
      marker =
          IamPages.next(
              LIST,
              Optional.ofNullable(page.isTruncated()),
              Optional.ofNullable(page.marker()),
              marker);
    } while (marker.isPresent());
    Optional<Map<String, String>> tags = of(true, all);
    LIST.require(tags.isPresent(), "The answer has a tag twice, or one without key or value.");
    return tags.orElseThrow();
  }

  private static ListServerCertificateTagsResponse page(
      IamClient iam, String name, Optional<String> marker, Deadline deadline) {
    return LIST.make(
        deadline,
        limit ->
            iam.listServerCertificateTags(
                ListServerCertificateTagsRequest.builder()
                    .serverCertificateName(name)
                    .marker(marker.orElse(null))
                    .overrideConfiguration(limit)
                    .build()));
  }
}
