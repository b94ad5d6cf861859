package io.github.certsweep.certificate;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A server certificate as IAM lists it: metadata, never its body or key.
 *
 * @param name unique in the account; a new certificate may take an old one's name
 * @param id given at upload; survives a rename and is never used again
 * @param arn contains the path
 * @param path {@code "/"} or {@code "/some/path/"}, 512 characters at most
 * @param uploaded when it was uploaded
 * @param expiration the end of its validity, inclusive; optional in IAM's API
 */
public record ServerCertificate(
    String name,
    String id,
    String arn,
    String path,
    Instant uploaded,
    Optional<Instant> expiration) {
  public ServerCertificate {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(arn, "arn");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(uploaded, "uploaded");
    Objects.requireNonNull(expiration, "expiration");
  }
}
