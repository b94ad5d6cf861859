package io.github.certsweep.audit.replacement;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellCommandTest {
  @Test
  void plainWordsStayAsTheyAre() {
    assertThat(ShellCommand.of("aws", "elb", "--name", "a-b_c", "arn:aws:iam::1:x/y"))
        .isEqualTo("aws elb --name a-b_c arn:aws:iam::1:x/y");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "two words", "it's", "$(id)", "`id`", "a\nb", "\\", "\"", "*", "~", "!"})
  void aShellReadsEachWordBack(String word) throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh", "-c", ShellCommand.of("printf", "%s", word)).start();
    assertThat(new String(shell.getInputStream().readAllBytes(), UTF_8)).isEqualTo(word);
    assertThat(shell.waitFor()).isZero();
  }
}
