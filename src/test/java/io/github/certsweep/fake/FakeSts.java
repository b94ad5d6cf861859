package io.github.certsweep.fake;

import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/**
 * Says who the caller is.
 *
 * @param arn of the caller
 * @param account 12 digits
 */
public record FakeSts(String arn, String account) implements StsClient {
  public static final String AUDITOR = "arn:aws:iam::123456789012:user/auditor";

  public FakeSts() {
    this(AUDITOR, World.ACCOUNT);
  }

  @Override
  public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
    return GetCallerIdentityResponse.builder().arn(arn).account(account).build();
  }

  @Override
  public String serviceName() {
    return "sts";
  }

  @Override
  public void close() {}
}
