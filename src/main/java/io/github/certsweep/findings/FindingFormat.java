package io.github.certsweep.findings;

import io.github.certsweep.control.Requirement;
import io.github.certsweep.control.Requirements;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.securityhub.model.AwsSecurityFinding;
import software.amazon.awssdk.services.securityhub.model.ComplianceStatus;
import software.amazon.awssdk.services.securityhub.model.Partition;
import software.amazon.awssdk.services.securityhub.model.RecordState;
import software.amazon.awssdk.services.securityhub.model.Resource;

/**
 * Findings in the AWS Security Finding Format. {@code Workflow}, {@code Note}, {@code Severity} and
 * {@code Types} belong to people and their rules and are never written; Security Hub takes the last
 * two from {@code FindingProviderFields}.
 *
 * <p>Source: "BatchImportFindings for finding providers" in the AWS Security Hub User Guide.
 */
final class FindingFormat {
  /** One for all rules and versions: under another one, no run would find its findings again. */
  static final String GENERATOR = "certsweep/iam-server-certificate-expiration";

  private static final String NAME = "Certsweep";
  private static final List<String> TYPES =
      List.of(
          "Software and Configuration Checks/Industry and Regulatory Standards/CIS AWS Foundations"
              + " Benchmark");
  private static final List<String> REQUIREMENTS =
      Requirements.all().stream().map(Requirement::label).toList();
  private static final String REMEDIATION =
      "If it is in use, attach a valid certificate to the resources that use it. If it is about to"
          + " expire, renew it. If it has expired and is not in use, open Certsweep's rule in AWS"
          + " Config, select the certificate and choose Remediate.";
  private static final String REMEDIATION_URL =
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs_manage.html";

  private FindingFormat() {}

  /** What BatchImportFindings takes. */
  static AwsSecurityFinding toImport(StoredFinding stored, Product product) {
    Finding finding = stored.finding();
    return AwsSecurityFinding.builder()
        .schemaVersion("2018-10-08")
        .id(finding.id())
        .productArn(product.arn())
        .productName(NAME)
        .companyName(NAME)
        .generatorId(GENERATOR)
        .awsAccountId(product.accountId())
        .createdAt(text(stored.createdAt()))
        .updatedAt(text(stored.updatedAt()))
        .firstObservedAt(text(stored.firstObservedAt()))
        .lastObservedAt(text(stored.observedAt()))
        .title(finding.title())
        .description(finding.description())
        .findingProviderFields(fields ->
            fields.severity(severity -> severity.label(finding.severity().name())).types(TYPES))
        .resources(resource(finding, product))
        .compliance(compliance ->
            compliance
                .status(stored.isArchived() ? ComplianceStatus.PASSED : ComplianceStatus.FAILED)
                .relatedRequirements(REQUIREMENTS))
        .remediation(remediation ->
            remediation.recommendation(
                recommendation -> recommendation.text(REMEDIATION).url(REMEDIATION_URL)))
        .recordState(stored.isArchived() ? RecordState.ARCHIVED : RecordState.ACTIVE)
        .build();
  }

  /**
   * What a finding in Security Hub shows; empty unless it is one that {@link #toImport} made.
   *
   * @throws DateTimeException if a time can't be read
   */
  static Optional<StoredFinding> parse(AwsSecurityFinding shown, Product product) {
    boolean isOurs =
        product.arn().equals(shown.productArn())
            && GENERATOR.equals(shown.generatorId())
            && product.accountId().equals(shown.awsAccountId())
            && shown.id() != null
            && shown.title() != null
            && shown.description() != null
            && shown.createdAt() != null
            && shown.updatedAt() != null
            && shown.resources().size() == 1;
    if (!isOurs) {
      return Optional.empty();
    }
    Instant created = time(shown.createdAt());
    Finding finding =
        new Finding(
            shown.id(),
            shown.title(),
            shown.description(),
            severity(shown),
            shown.resources().getFirst().id(),
            Optional.of(shown.resources().getFirst().tags()));
    return Optional.of(
        new StoredFinding(
            finding,
            shown.recordState() == RecordState.ARCHIVED,
            created,
            Optional.ofNullable(shown.firstObservedAt()).map(FindingFormat::time).orElse(created),
            Optional.ofNullable(shown.lastObservedAt()).map(FindingFormat::time).orElse(created),
            time(shown.updatedAt())));
  }

  /**
   * The resource. ASFF has no type for server certificates. Its list of partitions is shorter than
   * AWS's own, and the member is optional. Tags, if any are given, must be one or more
   * (https://github.com/prowler-cloud/prowler/pull/2786).
   */
  private static Resource resource(Finding finding, Product product) {
    Partition partition = Partition.fromValue(product.partition());
    return Resource.builder()
        .type("Other")
        .id(finding.certificateArn())
        .partition(partition == Partition.UNKNOWN_TO_SDK_VERSION ? null : partition)
        .region(product.region())
        .tags(finding.tags().filter(tags -> !tags.isEmpty()).orElse(null))
        .build();
  }

  /** The severity that was imported, whatever people have made of it since. */
  private static Severity severity(AwsSecurityFinding shown) {
    String label =
        shown.findingProviderFields() == null || shown.findingProviderFields().severity() == null
            ? null
            : shown.findingProviderFields().severity().labelAsString();
    for (Severity severity : Severity.values()) {
      if (severity.name().equals(label)) {
        return severity;
      }
    }
    // Differs from that of any active finding of ours, so that the finding is imported again.
    return Severity.INFORMATIONAL;
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static Instant time(String text) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
  }
}
