package io.github.certsweep.certificate;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesResponse;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

/** The server certificates stored in IAM. Thread-safe; keeps nothing between calls. */
public final class IamCertificateStore {
  private static final AwsCall LIST = new AwsCall("iam:ListServerCertificates");
  private static final AwsCall GET = new AwsCall("iam:GetServerCertificate");

  /**
   * The most that IAM allows, and the most certificates that an account can have. IAM may still
   * return fewer.
   */
  private static final int PAGE_SIZE = 1000;

  private final IamClient iam;

  public IamCertificateStore(IamClient iam) {
    this.iam = iam;
  }

  /**
   * All certificates of the account, each once, in IAM's order.
   *
   * @throws AwsCallException if any page can't be read: in an incomplete listing the other
   *     certificates would seem deleted
   */
  public List<ServerCertificate> listAll(Deadline deadline) {
    Map<String, ServerCertificate> byName = new LinkedHashMap<>();
    Optional<String> marker = Optional.empty();
    do {
      ListServerCertificatesResponse page = listPage(marker, deadline);
      for (ServerCertificateMetadata metadata : page.serverCertificateMetadataList()) {
        byName.put(metadata.serverCertificateName(), toCertificate(metadata));
      }
      marker =
          IamPages.next(
              LIST,
              Optional.ofNullable(page.isTruncated()),
              Optional.ofNullable(page.marker()),
              marker);
    } while (marker.isPresent());
    return List.copyOf(byName.values());
  }

  /**
   * When the certificate's validity begins, by its body; empty if IAM no longer has it under this
   * name, or if it can't be read.
   *
   * @throws AwsCallException if IAM gives no body
   */
  public Optional<Instant> validFrom(ServerCertificate listed, Deadline deadline) {
    try {
      var found = read(listed.name(), deadline);
      if (!listed.id().equals(found.serverCertificateMetadata().serverCertificateId())) {
        return Optional.empty();
      }
      byte[] body = found.certificateBody().getBytes(US_ASCII);
      return CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(body))
              instanceof X509Certificate read
          ? Optional.of(read.getNotBefore().toInstant())
          : Optional.empty();
    } catch (CertificateException e) {
      return Optional.empty();
    } catch (AwsCallException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * The certificate of this name as IAM returns it: metadata, body, chain and tags, never the key.
   *
   * @throws AwsCallException if IAM gives no body, also if it says that there is no such
   *     certificate
   */
  public software.amazon.awssdk.services.iam.model.ServerCertificate read(
      String name, Deadline deadline) {
    var found =
        GET.make(
                deadline,
                limit ->
                    iam.getServerCertificate(request ->
                        request.serverCertificateName(name).overrideConfiguration(limit)))
            .serverCertificate();
    GET.require(
        found != null
            && found.serverCertificateMetadata() != null
            && found.certificateBody() != null,
        "The answer contains no certificate.");
    return found;
  }

  private ListServerCertificatesResponse listPage(Optional<String> marker, Deadline deadline) {
    return LIST.make(
        deadline,
        limit ->
            iam.listServerCertificates(
                ListServerCertificatesRequest.builder()
                    .maxItems(PAGE_SIZE)
                    .marker(marker.orElse(null))
                    .overrideConfiguration(limit)
                    .build()));
  }

  private static ServerCertificate toCertificate(ServerCertificateMetadata metadata) {
    return new ServerCertificate(
        present("ServerCertificateName", metadata.serverCertificateName()),
        present("ServerCertificateId", metadata.serverCertificateId()),
        present("Arn", metadata.arn()),
        present("Path", metadata.path()),
        present("UploadDate", metadata.uploadDate()),
        Optional.ofNullable(metadata.expiration()));
  }

  private static <T> T present(String member, T value) {
    LIST.require(value != null, "A certificate in the answer has no " + member + ".");
    return value;
  }
}
