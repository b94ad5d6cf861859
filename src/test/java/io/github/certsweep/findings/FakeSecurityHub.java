package io.github.certsweep.findings;

import static java.util.stream.Collectors.toMap;

import io.github.certsweep.exemption.CertificateTags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.securityhub.SecurityHubClient;
import software.amazon.awssdk.services.securityhub.model.AwsSecurityFinding;
import software.amazon.awssdk.services.securityhub.model.BatchImportFindingsRequest;
import software.amazon.awssdk.services.securityhub.model.BatchImportFindingsResponse;
import software.amazon.awssdk.services.securityhub.model.GetFindingsRequest;
import software.amazon.awssdk.services.securityhub.model.GetFindingsResponse;
import software.amazon.awssdk.services.securityhub.model.ImportFindingsError;
import software.amazon.awssdk.services.securityhub.model.InvalidAccessException;
import software.amazon.awssdk.services.securityhub.model.RecordState;
import software.amazon.awssdk.services.securityhub.model.SecurityHubException;

/**
 * A Security Hub that keeps findings as Security Hub does: it ignores an import that is not newer,
 * and forgets an active finding after 90 days and an archived one after 30.
 */
public class FakeSecurityHub implements SecurityHubClient {
  private static final Product PRODUCT = new Product("aws", "eu-west-1", "123456789012");

  private final Clock clock;
  private final Map<String, AwsSecurityFinding> findings = new LinkedHashMap<>();
  private final Map<String, Integer> timesToFail = new HashMap<>();
  private final Map<Integer, Supplier<RuntimeException>> readFailures = new HashMap<>();
  private final Map<Integer, Supplier<RuntimeException>> importFailures = new HashMap<>();
  private final Map<Integer, Supplier<RuntimeException>> lostAnswers = new HashMap<>();
  private Runnable beforeImporting = () -> {};
  private GetFindingsResponse readAnswer;

  public final List<GetFindingsRequest> reads = new ArrayList<>();
  public final List<BatchImportFindingsRequest> imports = new ArrayList<>();

  public FakeSecurityHub(Clock clock) {
    this.clock = clock;
  }

  /** Findings that a rule without the option never asks for. */
  public static SecurityHubFindings unused() {
    return new SecurityHubFindings(
        accountId -> {
          throw new AssertionError("Security Hub is not wanted.");
        },
        new CertificateTags(() -> {
          throw new AssertionError("No tags are wanted.");
        }),
        duration -> {});
  }

  /**
   * Findings that are kept here.
   *
   * @param iam has the tags
   */
  public SecurityHubFindings findings(IamClient iam) {
    return new SecurityHubFindings(
        accountId -> new FindingStore(this, PRODUCT),
        new CertificateTags(() -> iam),
        duration -> {});
  }

  /** Reports this finding back as failed this many times before it takes it. */
  public FakeSecurityHub failing(String id, int times) {
    timesToFail.put(id, times);
    return this;
  }

  /** Refuses the n-th read (1 is the first). */
  public FakeSecurityHub refusingRead(int number, Supplier<RuntimeException> failure) {
    readFailures.put(number, failure);
    return this;
  }

  /** Refuses the n-th import (1 is the first). */
  public FakeSecurityHub refusingImport(int number, Supplier<RuntimeException> failure) {
    importFailures.put(number, failure);
    return this;
  }

  /** Takes the n-th import, but the answer is lost on its way. */
  public FakeSecurityHub losingAnswerOfImport(int number, Supplier<RuntimeException> failure) {
    lostAnswers.put(number, failure);
    return this;
  }

  /** Answers every read with this, whatever it holds. */
  public FakeSecurityHub answeringRead(GetFindingsResponse answer) {
    readAnswer = answer;
    return this;
  }

  /** Does this once, before the next import is taken. */
  public FakeSecurityHub beforeImporting(Runnable change) {
    beforeImporting = change;
    return this;
  }

  /** Holds this finding. */
  public FakeSecurityHub with(AwsSecurityFinding finding) {
    findings.put(finding.id(), finding);
    return this;
  }

  /** From here on nothing fails any more. */
  public void answeringEverything() {
    timesToFail.clear();
    readFailures.clear();
    importFailures.clear();
    lostAnswers.clear();
    readAnswer = null;
  }

  public void forgetRequests() {
    reads.clear();
    imports.clear();
  }

  /** All findings that were sent, in order, retries included. */
  public List<AwsSecurityFinding> sent() {
    return imports.stream().flatMap(one -> one.findings().stream()).toList();
  }

  /** The active findings by their ids. */
  public Map<String, AwsSecurityFinding> active() {
    forgetOld();
    return findings.values().stream()
        .filter(finding -> finding.recordState() == RecordState.ACTIVE)
        .collect(
            toMap(AwsSecurityFinding::id, one -> one, (one, other) -> one, LinkedHashMap::new));
  }

  /** A finding, active or not. */
  public AwsSecurityFinding finding(String id) {
    return findings.get(id);
  }

  public static RuntimeException notEnabled() {
    return InvalidAccessException.builder()
        .statusCode(401)
        .awsErrorDetails(
            AwsErrorDetails.builder()
                .errorCode("InvalidAccessException")
                .errorMessage("Account 123456789012 is not subscribed to AWS Security Hub")
                .build())
        .build();
  }

  public static RuntimeException error(int status, String code) {
    return SecurityHubException.builder()
        .statusCode(status)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage("Oops").build())
        .build();
  }

  @Override
  public GetFindingsResponse getFindings(GetFindingsRequest request) {
    reads.add(request);
    if (readFailures.containsKey(reads.size())) {
      throw readFailures.get(reads.size()).get();
    }
    if (readAnswer != null) {
      return readAnswer;
    }
    List<AwsSecurityFinding> shown = List.copyOf(active().values());
    int start = request.nextToken() == null ? 0 : Integer.parseInt(request.nextToken());
    int end = Math.min(start + request.maxResults(), shown.size());
    return GetFindingsResponse.builder()
        .findings(shown.subList(start, end))
        .nextToken(end < shown.size() ? String.valueOf(end) : null)
        .build();
  }

  @Override
  public BatchImportFindingsResponse batchImportFindings(BatchImportFindingsRequest request) {
    Runnable first = beforeImporting;
    beforeImporting = () -> {};
    first.run();
    imports.add(request);
    if (importFailures.containsKey(imports.size())) {
      throw importFailures.get(imports.size()).get();
    }
    List<ImportFindingsError> failed = new ArrayList<>();
    for (AwsSecurityFinding finding : request.findings()) {
      if (timesToFail.merge(finding.id(), -1, Integer::sum) >= 0) {
        failed.add(
            ImportFindingsError.builder()
                .id(finding.id())
                .errorCode("InvalidInput")
                .errorMessage("No")
                .build());
      } else {
        take(finding);
      }
    }
    if (lostAnswers.containsKey(imports.size())) {
      throw lostAnswers.get(imports.size()).get();
    }
    return BatchImportFindingsResponse.builder()
        .successCount(request.findings().size() - failed.size())
        .failedCount(failed.size())
        .failedFindings(failed)
        .build();
  }

  private void take(AwsSecurityFinding finding) {
    forgetOld();
    AwsSecurityFinding known = findings.get(finding.id());
    if (known == null || time(finding).isAfter(time(known))) {
      findings.put(finding.id(), finding);
    }
  }

  private void forgetOld() {
    findings
        .values()
        .removeIf(finding ->
            Duration.between(time(finding), clock.instant()).toDays()
                >= (finding.recordState() == RecordState.ACTIVE ? 90 : 30));
  }

  private static Instant time(AwsSecurityFinding finding) {
    return OffsetDateTime.parse(finding.updatedAt()).toInstant();
  }

  @Override
  public String serviceName() {
    return "securityhub";
  }

  @Override
  public void close() {}
}
