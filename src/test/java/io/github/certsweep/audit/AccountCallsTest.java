package io.github.certsweep.audit;

import static io.github.certsweep.fake.World.ACCOUNT;
import static io.github.certsweep.fake.World.CLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.audit.report.Quota;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.FakeSts;
import io.github.certsweep.fake.World;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.model.SummaryKeyType;

class AccountCallsTest {
  private static final Deadline DEADLINE = Deadline.in(60_000, CLOCK);

  private final FakeIam iam = new FakeIam();

  private AccountCalls.Caller caller(String arn, String account) {
    return new AccountCalls(iam, new FakeSts(arn, account)).caller(DEADLINE);
  }

  private Quota quota() {
    return new AccountCalls(iam, new FakeSts()).quota(DEADLINE);
  }

  @Test
  void theCallersArnHasThePartition() {
    String role = "arn:aws-us-gov:sts::123456789012:assumed-role/Auditor/me";
    assertThat(caller(role, ACCOUNT))
        .isEqualTo(new AccountCalls.Caller(role, "aws-us-gov", ACCOUNT));
  }

  @Test
  void aCallerOfAnotherAccountIsNotBelieved() {
    assertThatThrownBy(() -> caller(FakeSts.AUDITOR, "210987654321"))
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("sts:GetCallerIdentity")
        .hasMessageContaining("does not name the caller's account");
    assertThatThrownBy(() -> caller(null, ACCOUNT)).isInstanceOf(AwsCallException.class);
  }

  @Test
  void theQuotaIsThatOfServerCertificates() {
    iam.with(World.valid("www"), World.valid("api"));
    assertThat(quota()).isEqualTo(new Quota(2, 20));
  }

  @Test
  void aSummaryWithoutTheQuotaIsNone() {
    iam.summingUpBy(() -> Map.of(SummaryKeyType.SERVER_CERTIFICATES, 2));
    assertThatThrownBy(this::quota)
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("has no quota of certificates");
  }
}
