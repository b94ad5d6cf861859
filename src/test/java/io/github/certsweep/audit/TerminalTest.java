package io.github.certsweep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TerminalTest {
  @Test
  void withoutAConsoleNothingIsColoredOrBroken() {
    assertThat(Terminal.of(Map.of("TERM", "xterm", "COLUMNS", "80"), Optional.empty()))
        .isEqualTo(Terminal.NONE);
  }

  @Test
  void aConsoleIsColoredUnlessItIsDumbOrTheUserWantsNone() {
    assertThat(Terminal.ofConsole(Map.of("TERM", "xterm")))
        .isEqualTo(new Terminal(true, true, 100));
    assertThat(Terminal.ofConsole(Map.of("TERM", "dumb")))
        .isEqualTo(new Terminal(false, false, 100));
    assertThat(Terminal.ofConsole(Map.of())).isEqualTo(new Terminal(false, false, 100));
    assertThat(Terminal.ofConsole(Map.of("TERM", "xterm", "NO_COLOR", "1")))
        .isEqualTo(new Terminal(true, false, 100));
  }

  @Test
  void linesAreAsLongAsTheShellSays() {
    assertThat(Terminal.ofConsole(Map.of("COLUMNS", "72")).width()).isEqualTo(72);
    for (String bad : new String[] {"", "0", "wide", "-5", "99999"}) {
      assertThat(Terminal.ofConsole(Map.of("COLUMNS", bad)).width()).isEqualTo(100);
    }
  }

  @Test
  void progressIsShownToPeopleAlone() {
    StringWriter shown = new StringWriter();
    new Terminal(true, false, 80).progress(new PrintWriter(shown)).tell("Listing");
    assertThat(shown.toString()).isEqualTo("\r\u001b[KListing ...");
    StringWriter silent = new StringWriter();
    Terminal.NONE.progress(new PrintWriter(silent)).tell("Listing");
    assertThat(silent.toString()).isEmpty();
  }
}
