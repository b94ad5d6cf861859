package io.github.certsweep.usage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SearchSettingsTest {
  @Test
  void withoutAnEnvironmentAllRegionsAreSearchedAndNothingIsExcepted() {
    assertThat(System.getenv()).doesNotContainKeys("USAGE_REGIONS", "USAGE_EXCEPTIONS");
    SearchSettings settings = SearchSettings.ofLambda();
    assertThat(settings.regions().value()).isEmpty();
    assertThat(settings.exceptions().value()).isEmpty();
  }
}
