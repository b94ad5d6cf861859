package io.github.certsweep.fake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesResponse;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

/** An IAM that lists what it was given, page by page, and remembers what it was asked. */
public final class FakeIam implements IamClient {
  private final List<ServerCertificateMetadata> certificates = new ArrayList<>();
  private final Map<Integer, Supplier<ListServerCertificatesResponse>> answers = new HashMap<>();
  private int pageSize = 100;

  public final List<ListServerCertificatesRequest> requests = new ArrayList<>();

  public FakeIam with(ServerCertificateMetadata... more) {
    certificates.addAll(List.of(more));
    return this;
  }

  public FakeIam without(String name) {
    certificates.removeIf(certificate -> certificate.serverCertificateName().equals(name));
    return this;
  }

  public FakeIam pagesOf(int size) {
    pageSize = size;
    return this;
  }

  /** Answers the n-th call (1 is the first) with what the supplier gives or throws. */
  public FakeIam answeringCall(int number, Supplier<ListServerCertificatesResponse> answer) {
    answers.put(number, answer);
    return this;
  }

  @Override
  public ListServerCertificatesResponse listServerCertificates(
      ListServerCertificatesRequest request) {
    requests.add(request);
    if (answers.containsKey(requests.size())) {
      return answers.get(requests.size()).get();
    }
    int start = request.marker() == null ? 0 : Integer.parseInt(request.marker());
    int end = Math.min(start + pageSize, certificates.size());
    boolean truncated = end < certificates.size();
    return ListServerCertificatesResponse.builder()
        .serverCertificateMetadataList(certificates.subList(start, end))
        .isTruncated(truncated)
        .marker(truncated ? String.valueOf(end) : null)
        .build();
  }

  @Override
  public String serviceName() {
    return "iam";
  }

  @Override
  public void close() {}
}
