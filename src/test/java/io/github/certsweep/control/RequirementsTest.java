package io.github.certsweep.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.github.certsweep.control.Requirement.MappedBy;
import org.junit.jupiter.api.Test;

class RequirementsTest {
  @Test
  void theNumbersOfTheBenchmarkAreThoseOfItsVersions() {
    assertThat(Requirements.all())
        .filteredOn(one -> one.standard().startsWith("CIS"))
        .extracting(one -> one.version() + " " + one.number())
        .containsExactly(
            "1.3.0 1.19",
            "1.4.0 1.19",
            "1.5.0 1.19",
            "2.0.0 1.19",
            "3.0.0 1.19",
            "4.0.1 1.19",
            "5.0.0 1.18",
            "6.0.0 2.18",
            "7.0.0 2.17");
  }

  /** As on AWS's page about IAM.26. */
  @Test
  void awsItselfMapsItToTwoVersionsOfTheBenchmarkOnly() {
    assertThat(Requirements.all())
        .filteredOn(one -> one.mappedBy() == MappedBy.AWS)
        .extracting(Requirement::text)
        .containsExactly(
            "IAM.26",
            "CIS AWS Foundations Benchmark v3.0.0/1.19",
            "CIS AWS Foundations Benchmark v5.0.0/1.18");
  }

  @Test
  void otherStandardsAreMarkedAsOurs() {
    assertThat(Requirements.all())
        .filteredOn(one -> one.mappedBy() == MappedBy.CERTSWEEP)
        .extracting(Requirement::text)
        .containsExactly(
            "PCI DSS v4.0.1/4.2.1",
            "PCI DSS v4.0.1/4.2.1.1",
            "NIST.800-53.r5 SC-12",
            "NIST.800-53.r5 SC-17",
            "ISO/IEC 27001:2022 A.5.9",
            "ISO/IEC 27001:2022 A.8.24");
  }

  @Test
  void aLabelSaysWhichMappingIsOurs() {
    assertThat(Requirements.all())
        .extracting(Requirement::label)
        .contains("CIS AWS Foundations Benchmark v5.0.0/1.18")
        .contains("PCI DSS v4.0.1/4.2.1 (mapped by Certsweep)");
  }

  /** {@code Compliance.RelatedRequirements}: at most 32, each named once. */
  @Test
  void allFitIntoAFinding() {
    assertThat(Requirements.all()).extracting(Requirement::text).doesNotHaveDuplicates();
    assertThat(Requirements.all())
        .hasSizeLessThanOrEqualTo(32)
        .allSatisfy(one -> {
          assertThat(one.text()).contains(one.number());
          assertThat(one.asks()).endsWith(".");
          assertThat(one.source()).startsWith("https://");
        });
  }

  @Test
  void aRequirementThatLacksAMemberIsRefused() {
    String json = "{\"standard\": \"PCI DSS\", \"version\": \"4.0.1\", \"number\": \"4.2.1\"}";
    assertThatThrownBy(() -> new Gson().fromJson(json, Requirement.class))
        .hasRootCauseInstanceOf(NullPointerException.class)
        .hasRootCauseMessage("text");
  }
}
