package io.github.certsweep.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.config.model.ComplianceType;

class EvaluationTest {
  private static final Resource RESOURCE = Resource.certificate("www");

  @Test
  void annotationsOf256CharactersAreKept() {
    String text = "a".repeat(256);
    assertThat(new Evaluation(RESOURCE, ComplianceType.COMPLIANT, text).annotation())
        .isEqualTo(text);
  }

  @Test
  void longerAnnotationsAreCutToFit() {
    assertThat(new Evaluation(RESOURCE, ComplianceType.COMPLIANT, "a".repeat(257)).annotation())
        .isEqualTo("a".repeat(253) + "...");
  }

  @Test
  void emptyAnnotationsAreRefused() {
    assertThatThrownBy(() -> new Evaluation(RESOURCE, ComplianceType.COMPLIANT, ""))
        .hasMessageContaining("AWS::IAM::ServerCertificate www");
  }
}
