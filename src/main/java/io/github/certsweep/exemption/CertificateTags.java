package io.github.certsweep.exemption;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamPages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

/** Reads the tags of server certificates from IAM. Thread-safe; keeps nothing between calls. */
public final class CertificateTags {
  private static final AwsCall LIST = new AwsCall("iam:ListServerCertificateTags");

  private final IamClient iam;

  CertificateTags(IamClient iam) {
    this.iam = iam;
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
   * All tags of the certificate of this name.
   *
   * @throws AwsCallException if they can't be read in full, also if IAM says that there is no such
   *     certificate
   */
  Map<String, String> read(String name, Deadline deadline) {
    List<Tag> all = new ArrayList<>();
    Optional<String> marker = Optional.empty();
    do {
      ListServerCertificateTagsResponse page = page(name, marker, deadline);
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

  private ListServerCertificateTagsResponse page(
      String name, Optional<String> marker, Deadline deadline) {
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
