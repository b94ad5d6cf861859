package io.github.certsweep.audit;

import io.github.certsweep.audit.report.Quota;
import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.SummaryKeyType;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** What AWS says of the account as a whole, and of who asks. */
final class AccountCalls {
  private static final AwsCall CALLER = new AwsCall("sts:GetCallerIdentity");
  private static final AwsCall SUMMARY = new AwsCall("iam:GetAccountSummary");
  private static final Pattern ARN =
      Pattern.compile("arn:(?<partition>[a-z-]+):(iam|sts)::(?<account>[0-9]{12}):.+");

  private final IamClient iam;
  private final StsClient sts;

  AccountCalls(IamClient iam, StsClient sts) {
    this.iam = iam;
    this.sts = sts;
  }

  static AccountCalls with(Clients clients) {
    return new AccountCalls(
        clients.iam(), clients.forSearch(StsClient.builder(), clients.region()));
  }

  /** Who asks. */
  record Caller(String arn, String partition, String account) {}

  /** Who the caller is. No permission is needed for it. */
  Caller caller(Deadline deadline) {
    GetCallerIdentityResponse answer =
        CALLER.make(
            deadline,
            limit -> sts.getCallerIdentity(request -> request.overrideConfiguration(limit)));
    Matcher arn = ARN.matcher(String.valueOf(answer.arn()));
    CALLER.require(
        arn.matches() && arn.group("account").equals(answer.account()),
        "The answer does not name the caller's account.");
    return new Caller(arn.group(), arn.group("partition"), arn.group("account"));
  }

  /** How many server certificates the account has and may have. */
  Quota quota(Deadline deadline) {
    Map<SummaryKeyType, Integer> summary =
        SUMMARY
            .make(
                deadline,
                limit -> iam.getAccountSummary(request -> request.overrideConfiguration(limit)))
            .summaryMap();
    Integer used = summary.get(SummaryKeyType.SERVER_CERTIFICATES);
    Integer limit = summary.get(SummaryKeyType.SERVER_CERTIFICATES_QUOTA);
    SUMMARY.require(used != null && limit != null, "The answer has no quota of certificates.");
    return new Quota(used, limit);
  }
}
