package io.github.certsweep.audit.organization.report;

import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetailsTest {
  @ParameterizedTest
  @CsvSource({
    "PT-5M, less than an hour ago",
    "PT59M, less than an hour ago",
    "PT1H, 1 hour ago",
    "PT47H59M, 47 hours ago",
    "PT48H, 2 days ago",
    "P300D, 300 days ago",
  })
  void saysHowOldTheNewestResultIs(Duration age, String text) {
    Details details =
        Details.read(
            List.of(
                new CertificateResult(
                    "AWS::IAM::ServerCertificate",
                    "www",
                    Compliance.COMPLIANT,
                    Optional.empty(),
                    NOW.minus(age))));
    assertThat(details.age(NOW)).isEqualTo(text);
  }

  @Test
  void saysThatNobodyAsked() {
    assertThat(Details.NOT_ASKED.age(NOW)).isEqualTo("not asked");
  }
}
