package io.github.certsweep.exemption;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.model.Tag;

class CertificateTagsTest {
  private static final Tag TAG = Tag.builder().key("team").value("web").build();

  @Test
  void tagsAreReadByTheirKeys() {
    assertThat(CertificateTags.of(true, List.of(TAG))).contains(Map.of("team", "web"));
    assertThat(CertificateTags.of(true, List.of())).contains(Map.of());
  }

  @Test
  void anAnswerThatCanNotBeIamsIsNoAnswer() {
    assertThat(CertificateTags.of(false, List.of())).isEmpty();
    assertThat(CertificateTags.of(true, List.of(TAG, TAG))).isEmpty();
    assertThat(CertificateTags.of(true, List.of(Tag.builder().key("team").build()))).isEmpty();
    assertThat(CertificateTags.of(true, List.of(Tag.builder().value("web").build()))).isEmpty();
  }
}
