package io.github.certsweep.audit.report;

import java.time.Instant;
import java.util.List;

/**
 * A valid certificate that could take another one's place: it has all its names, and no flaw that
 * the other one doesn't have.
 *
 * @param store where it is
 * @param region of an ACM certificate; {@code "global"} for IAM's
 * @param id of an IAM server certificate, by which CloudFront refers to it; of an ACM certificate
 *     its ARN
 * @param label what a person calls it: the name of an IAM server certificate, the domain name of an
 *     ACM certificate
 * @param key ACM's name of the algorithm and size
 * @param issuer as in RFC 2253; of an ACM certificate {@link #AMAZON}, {@link #PRIVATE_CA} or
 *     {@link #UNKNOWN_ISSUER}
 */
public record Replacement(
    Store store,
    String region,
    String arn,
    String id,
    String label,
    Instant expiration,
    String key,
    String issuer,
    List<String> names) {
  /**
   * Of a certificate that ACM issued and renews. Clients trust its issuer unless told otherwise.
   */
  public static final String AMAZON = "Amazon";

  /** Of a certificate that ACM got from AWS Private CA. Only clients that are told to trust it. */
  public static final String PRIVATE_CA = "AWS Private CA";

  /** Of a certificate that was imported into ACM, which does not list who issued it. */
  public static final String UNKNOWN_ISSUER = "unknown";

  public enum Store {
    IAM,
    ACM
  }

  public Replacement {
    names = List.copyOf(names);
  }
}
