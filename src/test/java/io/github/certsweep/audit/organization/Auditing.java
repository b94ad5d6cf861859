package io.github.certsweep.audit.organization;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;

import io.github.certsweep.audit.organization.report.OrganizationParameters;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.report.Origin;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.fake.FakeAggregator;
import io.github.certsweep.fake.FakeOrganization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.organizations.model.AwsOrganizationsNotInUseException;
import software.amazon.awssdk.services.organizations.model.OrganizationsException;

/** Audits fakes, with an hour of time in which nothing is waited for. */
final class Auditing {
  static final Origin ORIGIN =
      new Origin(NOW, "1.0.0", "unknown", "arn:aws:sts::111111111111:assumed-role/auditor/me");

  final FakeAggregator config = new FakeAggregator();
  final FakeOrganization organization = new FakeOrganization();
  final List<String> progress = new ArrayList<>();
  final List<Duration> pauses = new ArrayList<>();
  Pause pause = pauses::add;

  OrganizationReport report() {
    return report(FakeAggregator.NAME, false);
  }

  OrganizationReport reportOnAll() {
    return report(FakeAggregator.NAME, true);
  }

  OrganizationReport report(String aggregator, boolean all) {
    return new OrganizationAudit(
            config,
            organization,
            new OrganizationParameters(aggregator, FakeAggregator.RULE, FakeAggregator.REGION, all),
            progress::add,
            new Pages(Deadline.in(3_600_000, CLOCK), pause))
        .report(ORIGIN);
  }

  static RuntimeException organizationsError(String code, String message) {
    OrganizationsException.Builder error =
        code.equals("AWSOrganizationsNotInUseException")
            ? AwsOrganizationsNotInUseException.builder()
            : OrganizationsException.builder();
    return error
        .statusCode(400)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage(message).build())
        .build();
  }

  /** Twelve digits for any number. */
  static String account(int number) {
    return "%012d".formatted(number);
  }
}
