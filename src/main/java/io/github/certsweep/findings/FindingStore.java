package io.github.certsweep.findings;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.input.Text;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.securityhub.SecurityHubClient;
import software.amazon.awssdk.services.securityhub.model.AwsSecurityFinding;
import software.amazon.awssdk.services.securityhub.model.BatchImportFindingsRequest;
import software.amazon.awssdk.services.securityhub.model.BatchImportFindingsResponse;
import software.amazon.awssdk.services.securityhub.model.GetFindingsRequest;
import software.amazon.awssdk.services.securityhub.model.GetFindingsResponse;
import software.amazon.awssdk.services.securityhub.model.ImportFindingsError;
import software.amazon.awssdk.services.securityhub.model.StringFilter;
import software.amazon.awssdk.services.securityhub.model.StringFilterComparison;

/** Our findings in Security Hub: the only class that calls it. Keeps nothing between calls. */
final class FindingStore implements AutoCloseable {
  private static final AwsCall READ = new AwsCall("securityhub:GetFindings");
  private static final AwsCall IMPORT = new AwsCall("securityhub:BatchImportFindings");

  /** The most that Security Hub returns and takes in one call. */
  static final int BATCH_SIZE = 100;

  private static final int REASON_LENGTH = 300;

  private final SecurityHubClient client;
  private final Product product;

  FindingStore(SecurityHubClient client, Product product) {
    this.client = client;
    this.product = product;
  }

  static FindingStore of(Clients clients, String accountId) {
    return new FindingStore(clients.securityHub(), Product.of(clients, accountId));
  }

  /**
   * All our findings that Security Hub shows as active.
   *
   * @throws AwsCallException if any page can't be read: what is not known to be there can't be
   *     archived, and would be imported as if it were new
   */
  List<StoredFinding> readActive(Deadline deadline) {
    List<StoredFinding> findings = new ArrayList<>();
    Optional<String> token = Optional.empty();
    do {
      GetFindingsResponse page = readPage(token, deadline);
      READ.require(page.hasFindings(), "The answer contains no list of findings.");
      for (AwsSecurityFinding finding : page.findings()) {
        findings.add(parsed(finding));
      }
      token = READ.nextToken(Optional.ofNullable(page.nextToken()), token);
    } while (token.isPresent());
    return List.copyOf(findings);
  }

  private GetFindingsResponse readPage(Optional<String> token, Deadline deadline) {
    return explained(() ->
        READ.make(
            deadline,
            limit ->
                client.getFindings(
                    GetFindingsRequest.builder()
                        .filters(filters ->
                            filters
                                .productArn(is(product.arn()))
                                .generatorId(is(FindingFormat.GENERATOR))
                                .recordState(is("ACTIVE")))
                        .maxResults(BATCH_SIZE)
                        .nextToken(token.orElse(null))
                        .overrideConfiguration(limit)
                        .build())));
  }

  /** Refuses what the filter does not admit: archiving it would hide the finding of another. */
  private StoredFinding parsed(AwsSecurityFinding shown) {
    Optional<StoredFinding> finding = Optional.empty();
    try {
      finding = FindingFormat.parse(shown, product);
    } catch (DateTimeException e) {
      READ.require(false, "A time in the finding " + shown.id() + " can't be read.");
    }
    READ.require(finding.isPresent(), "The finding " + shown.id() + " is not one of this rule's.");
    return finding.orElseThrow();
  }

  /**
   * Imports one batch.
   *
   * @return why Security Hub did not import findings, by their ids; empty if it imported all
   * @throws AwsCallException if the call failed
   */
  Map<String, String> importBatch(List<StoredFinding> batch, Deadline deadline) {
    BatchImportFindingsResponse response =
        explained(() ->
            IMPORT.make(
                deadline,
                limit ->
                    client.batchImportFindings(
                        BatchImportFindingsRequest.builder()
                            .findings(
                                batch.stream()
                                    .map(one -> FindingFormat.toImport(one, product))
                                    .toList())
                            .overrideConfiguration(limit)
                            .build())));
    IMPORT.require(
        response.successCount() != null && response.failedCount() != null,
        "The answer does not say how many findings were imported.");
    Map<String, String> failed = new LinkedHashMap<>();
    for (ImportFindingsError error : response.failedFindings()) {
      failed.put(error.id(), reason(error));
    }
    IMPORT.require(
        response.successCount() + failed.size() >= batch.size(),
        "The answer does not name every finding that was not imported.");
    return failed;
  }

  /** What Security Hub says of one finding, in one line, and what to do about it. */
  private String reason(ImportFindingsError error) {
    String said = Text.oneLine(error.errorCode() + ": " + error.errorMessage());
    String sentence = Text.shorten(said, REASON_LENGTH).replaceFirst("[^.]$", "$0.");
    // That is how Security Hub answers if it was disabled between two calls.
    return "InvalidAccess".equals(error.errorCode())
        ? sentence + " " + AwsCallException.ENABLE_SECURITY_HUB
        : sentence;
  }

  private <T> T explained(Supplier<T> call) {
    try {
      return call.get();
    } catch (AwsCallException e) {
      throw e.isUnknownHost()
          ? e.adding(
              "If AWS does not offer Security Hub in "
                  + product.region()
                  + ", set the stack's parameter SecurityHub to false.")
          : e;
    }
  }

  private static StringFilter is(String value) {
    return StringFilter.builder().value(value).comparison(StringFilterComparison.EQUALS).build();
  }

  @Override
  public void close() {
    client.close();
  }
}
