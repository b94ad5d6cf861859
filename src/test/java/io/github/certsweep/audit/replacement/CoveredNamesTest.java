package io.github.certsweep.audit.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoveredNamesTest {
  @ParameterizedTest
  @CsvSource({
    "www.example.com, www.example.com, true",
    "WWW.Example.com, www.example.COM, true",
    "www.example.com., www.example.com, true",
    "*.example.com, www.example.com, true",
    "*.example.com, example.com, false",
    "*.example.com, a.b.example.com, false",
    "*.example.com, *.example.com, true",
    "www.example.com, *.example.com, false",
    "*.com, example.com, true",
    "*.b.example.com, *.example.com, false",
    "*.example.com, *.a.example.com, false",
    "w*.example.com, www.example.com, false",
    "*example.com, www.example.com, false",
    "*.example.com, w*.example.com, false",
    "w*.example.com, w*.example.com, true",
    "*.0.0.1, 10.0.0.1, false",
    "10.0.0.1, 10.0.0.1, true",
    "*.example.com, .example.com, false",
    "*.ample.com, www.example.com, false",
  })
  void aWildcardCoversOneLabel(String name, String needed, boolean covered) {
    assertThat(new CoveredNames(List.of(name)).coverAll(List.of(needed))).isEqualTo(covered);
  }

  @Test
  void everyNameIsNeeded() {
    CoveredNames names = new CoveredNames(List.of("example.com", "*.example.com"));
    assertThat(names.coverAll(List.of("example.com", "a.example.com"))).isTrue();
    assertThat(names.coverAll(List.of("example.com", "example.org"))).isFalse();
  }

  @Test
  void nothingReplacesACertificateWhoseNamesAreNotKnown() {
    assertThat(new CoveredNames(List.of("*.example.com")).coverAll(List.of())).isFalse();
  }
}
