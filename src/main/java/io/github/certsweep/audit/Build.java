package io.github.certsweep.audit;

import io.github.certsweep.audit.report.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Properties;

/**
 * What this program was built from.
 *
 * @param version for example {@code "1.0.0"}
 * @param commit {@code "unknown"} if it was not built from a checkout
 */
record Build(String version, String commit) {
  static Build ofThisProgram() {
    try (InputStream file = Build.class.getResourceAsStream("build.properties")) {
      Properties properties = new Properties();
      properties.load(file);
      return new Build(properties.getProperty("version"), properties.getProperty("commit"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a report of this program names as its origin. */
  Origin origin(Clock clock, AccountCalls.Caller caller) {
    return new Origin(
        clock.instant().truncatedTo(ChronoUnit.SECONDS), version, commit, caller.arn());
  }
}
