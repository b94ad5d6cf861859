package io.github.certsweep.audit.report;

import java.time.Instant;
import java.util.List;

/**
 * A valid certificate that could take another one's place: it has all its names.
 *
 * @param store where it is
 * @param region of an ACM certificate; {@code "global"} for IAM's
 * @param id of an IAM server certificate, by which CloudFront refers to it; of an ACM certificate
 *     its ARN
 * @param label what a person calls it: the name of an IAM server certificate, the domain name of an
 *     ACM certificate
 * @param key ACM's name of the algorithm and size
 */
public record Replacement(
    Store store,
    String region,
    String arn,
    String id,
    String label,
    Instant expiration,
    String key,
    List<String> names) {
  public enum Store {
    IAM,
    ACM
  }

  public Replacement {
    names = List.copyOf(names);
  }
}
