package io.github.certsweep.fake;

import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.CertificateResult;
import io.github.certsweep.audit.organization.report.Compliance;
import io.github.certsweep.audit.organization.report.Details;
import io.github.certsweep.audit.organization.report.Membership;
import io.github.certsweep.audit.organization.report.MissingAccount;
import io.github.certsweep.audit.organization.report.MissingAccount.Reason;
import io.github.certsweep.audit.organization.report.OrganizationParameters;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.organization.report.UncheckedPart;
import io.github.certsweep.audit.report.Origin;
import io.github.certsweep.aws.AwsCallException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import software.amazon.awssdk.core.exception.SdkException;

/** Reports on organizations. */
public final class AnOrganization {
  private static final Origin ORIGIN =
      new Origin(World.NOW, "1.0.0", "unknown", "arn:aws:iam::999999999999:user/auditor");

  private AnOrganization() {}

  /** One account flagged, one compliant but out of date, one missing. */
  public static OrganizationReport typical() {
    return new OrganizationReport(
        ORIGIN,
        new OrganizationParameters(
            FakeAggregator.NAME, FakeAggregator.RULE, FakeAggregator.REGION, false),
        List.of(
            new UncheckedPart(
                "Whose results are out of date",
                "AccessDenied",
                "config:Describe failed: AccessDenied: No.")),
        List.of("1 account of the organization is suspended."),
        OptionalInt.of(3),
        List.of(outOfDate("222222222222", "tidy"), flagged("111111111111", "payments", "www")),
        List.of(
            new MissingAccount(
                "333333333333",
                Optional.empty(),
                Membership.ACTIVE,
                Optional.empty(),
                Reason.NO_RESULTS,
                ""),
            new MissingAccount(
                "222222222222",
                Optional.of("tidy"),
                Membership.ACTIVE,
                Optional.of("eu-west-1"),
                Reason.AGGREGATION_OUTDATED,
                "eu-west-1: (last update 2026-11-01T00:00:00Z)")));
  }

  /** A report in which everything could be checked. */
  public static OrganizationReport report(List<AccountResults> accounts) {
    return new OrganizationReport(
        ORIGIN,
        new OrganizationParameters(
            FakeAggregator.NAME, FakeAggregator.RULE, FakeAggregator.REGION, false),
        List.of(),
        List.of(),
        OptionalInt.of(accounts.size()),
        accounts,
        List.of());
  }

  public static AccountResults flagged(String account, String name, String certificate) {
    return account(
        account,
        name,
        Compliance.NON_COMPLIANT,
        false,
        Details.read(
            List.of(
                result(
                    certificate,
                    "Expired 2018-07-10T23:59:59Z (id ASCA1). In use by 1: CloudFront E2AB."))));
  }

  /** An account of which the overview says no more than that something is flagged. */
  public static AccountResults unreadable(String account) {
    return new AccountResults(
        account,
        Optional.empty(),
        Membership.NOT_LISTED,
        FakeAggregator.REGION,
        Compliance.NON_COMPLIANT,
        false,
        0,
        Details.unreadable(
            "The results of " + account + " in eu-west-1",
            AwsCallException.of(
                "config:GetAggregateComplianceDetailsByConfigRule",
                (SdkException) World.configError(400, "AccessDeniedException", "No."))));
  }

  public static AccountResults compliant(String account, String name) {
    return account(account, name, Compliance.COMPLIANT, false, Details.NOT_ASKED);
  }

  /** Compliant, as far as old data say. */
  private static AccountResults outOfDate(String account, String name) {
    return account(account, name, Compliance.COMPLIANT, true, Details.NOT_ASKED);
  }

  private static AccountResults account(
      String account, String name, Compliance compliance, boolean outOfDate, Details details) {
    return new AccountResults(
        account,
        Optional.of(name),
        Membership.ACTIVE,
        FakeAggregator.REGION,
        compliance,
        outOfDate,
        compliance == Compliance.NON_COMPLIANT ? 1 : 0,
        details);
  }

  private static CertificateResult result(String certificate, String annotation) {
    Instant orderedAt = FakeAggregator.ORDERED;
    return new CertificateResult(
        "AWS::IAM::ServerCertificate",
        certificate,
        Compliance.NON_COMPLIANT,
        Optional.of(annotation),
        orderedAt);
  }
}
