package io.github.certsweep.fake;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.DeleteServerCertificateRequest;
import software.amazon.awssdk.services.iam.model.DeleteServerCertificateResponse;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryResponse;
import software.amazon.awssdk.services.iam.model.GetServerCertificateRequest;
import software.amazon.awssdk.services.iam.model.GetServerCertificateResponse;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsResponse;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesResponse;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.ServerCertificate;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;
import software.amazon.awssdk.services.iam.model.SummaryKeyType;
import software.amazon.awssdk.services.iam.model.Tag;

/** An IAM that lists what it was given, page by page, and remembers what it was asked. */
public final class FakeIam implements IamClient {
  private final List<ServerCertificateMetadata> certificates = new ArrayList<>();
  private final Map<Integer, Supplier<ListServerCertificatesResponse>> answers = new HashMap<>();
  private int pageSize = 100;

  private final Map<Integer, Runnable> beforeReads = new HashMap<>();
  private final Map<String, ServerCertificate> bodies = new HashMap<>();
  private final Map<String, List<Tag>> tags = new HashMap<>();
  private Function<ListServerCertificateTagsRequest, ListServerCertificateTagsResponse> tagLists =
      this::tagsOf;
  private Consumer<String> deletion = this::without;
  private int emptyReadsFrom = Integer.MAX_VALUE;
  private boolean withoutIds;
  private Supplier<Map<SummaryKeyType, Integer>> summary =
      () ->
          Map.of(
              SummaryKeyType.SERVER_CERTIFICATES,
              certificates.size(),
              SummaryKeyType.SERVER_CERTIFICATES_QUOTA,
              20);

  public final List<String> reads = Collections.synchronizedList(new ArrayList<>());
  public final List<String> tagReads = Collections.synchronizedList(new ArrayList<>());
  public final List<String> deletions = new ArrayList<>();
  public final List<ListServerCertificatesRequest> requests = new ArrayList<>();

  public FakeIam with(ServerCertificateMetadata... more) {
    certificates.addAll(List.of(more));
    return this;
  }

  /** What a read of this certificate answers beside its metadata; a chain of "" is none. */
  public FakeIam withBody(String name, String body, String chain) {
    bodies.put(
        name,
        ServerCertificate.builder()
            .certificateBody(body)
            .certificateChain(chain.isEmpty() ? null : chain)
            .build());
    return this;
  }

  /** Gives the certificate of this name exactly these tags: keys and values by turns. */
  public FakeIam tagged(String name, String... keysAndValues) {
    List<Tag> all = new ArrayList<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      all.add(Tag.builder().key(keysAndValues[i]).value(keysAndValues[i + 1]).build());
    }
    tags.put(name, all);
    return this;
  }

  /** Gives it the tags of an exception and nothing else. */
  public FakeIam excepted(String name, String until, String reason) {
    return tagged(name, "certsweep:exception-until", until, "certsweep:exception-reason", reason);
  }

  /** Answers every list of tags with what this gives or throws. */
  public FakeIam listingTagsBy(
      Function<ListServerCertificateTagsRequest, ListServerCertificateTagsResponse> answer) {
    tagLists = answer;
    return this;
  }

  /** Answers reads of a single certificate without a list of tags, which IAM never does. */
  public FakeIam withoutListsOfTags() {
    tags.clear();
    certificates.forEach(one -> tags.put(one.serverCertificateName(), null));
    return this;
  }

  public FakeIam without(String name) {
    certificates.removeIf(certificate -> certificate.serverCertificateName().equals(name));
    return this;
  }

  /** The ids of all certificates. */
  public List<String> ids() {
    return certificates.stream().map(ServerCertificateMetadata::serverCertificateId).toList();
  }

  /** The id of the certificate of this name; none if there is none. */
  public List<String> idsOf(String name) {
    return certificates.stream()
        .filter(certificate -> certificate.serverCertificateName().equals(name))
        .map(ServerCertificateMetadata::serverCertificateId)
        .toList();
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

  /** Does this at the n-th read of a single certificate (1 is the first), before it is answered. */
  public FakeIam beforeRead(int number, Runnable change) {
    beforeReads.put(number, change);
    return this;
  }

  /**
   * Answers reads of a single certificate with nothing, as a proxy might; from the n-th read on.
   */
  public void answeringReadsEmptyFrom(int number) {
    emptyReadsFrom = number;
  }

  /** Answers reads of a single certificate with one that has no id. */
  public void answeringReadsWithoutIds() {
    withoutIds = true;
  }

  /** Does this instead of the deletion; whether anything is deleted is up to it. */
  public FakeIam deletingBy(Consumer<String> deletion) {
    this.deletion = deletion;
    return this;
  }

  @Override
  public GetServerCertificateResponse getServerCertificate(GetServerCertificateRequest request) {
    reads.add(request.serverCertificateName());
    beforeReads.getOrDefault(reads.size(), () -> {}).run();
    if (reads.size() >= emptyReadsFrom) {
      return GetServerCertificateResponse.builder().build();
    }
    if (withoutIds) {
      return GetServerCertificateResponse.builder()
          .serverCertificate(one -> one.serverCertificateMetadata(metadata -> {}))
          .build();
    }
    return certificates.stream()
        .filter(one -> one.serverCertificateName().equals(request.serverCertificateName()))
        .findFirst()
        .map(one ->
            GetServerCertificateResponse.builder()
                .serverCertificate(
                    bodies
                        .getOrDefault(
                            one.serverCertificateName(),
                            ServerCertificate.builder().certificateBody("body").build())
                        .toBuilder()
                        .serverCertificateMetadata(one)
                        .tags(tags.getOrDefault(one.serverCertificateName(), List.of()))
                        .build())
                .build())
        .orElseThrow(() -> noSuchEntity(request.serverCertificateName()));
  }

  @Override
  public ListServerCertificateTagsResponse listServerCertificateTags(
      ListServerCertificateTagsRequest request) {
    tagReads.add(request.serverCertificateName());
    return tagLists.apply(request);
  }

  /** One page with all tags. */
  public ListServerCertificateTagsResponse tagsOf(ListServerCertificateTagsRequest request) {
    String name = request.serverCertificateName();
    if (idsOf(name).isEmpty()) {
      throw noSuchEntity(name);
    }
    return ListServerCertificateTagsResponse.builder()
        .tags(tags.getOrDefault(name, List.of()))
        .isTruncated(false)
        .build();
  }

  @Override
  public DeleteServerCertificateResponse deleteServerCertificate(
      DeleteServerCertificateRequest request) {
    deletions.add(request.serverCertificateName());
    deletion.accept(request.serverCertificateName());
    return DeleteServerCertificateResponse.builder().build();
  }

  /** What IAM answers for a name that it does not have. */
  public static NoSuchEntityException noSuchEntity(String name) {
    return NoSuchEntityException.builder()
        .statusCode(404)
        .awsErrorDetails(
            AwsErrorDetails.builder()
                .errorCode("NoSuchEntity")
                .errorMessage("The Server Certificate with name " + name + " cannot be found.")
                .build())
        .build();
  }

  /** Answers for the account's summary what this gives or throws. */
  public FakeIam summingUpBy(Supplier<Map<SummaryKeyType, Integer>> answer) {
    summary = answer;
    return this;
  }

  @Override
  public GetAccountSummaryResponse getAccountSummary(GetAccountSummaryRequest request) {
    return GetAccountSummaryResponse.builder().summaryMap(summary.get()).build();
  }

  @Override
  public String serviceName() {
    return "iam";
  }

  @Override
  public void close() {}
}
