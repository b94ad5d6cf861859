package io.github.certsweep.aws;

import java.time.Duration;

/** Waits. A door for tests, so that none has to sleep. */
@FunctionalInterface
public interface Pause {
  /** The pause that really waits. */
  Pause SLEEP = Thread::sleep;

  void of(Duration duration) throws InterruptedException;
}
