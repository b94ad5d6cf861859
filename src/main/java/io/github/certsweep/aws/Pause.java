package io.github.certsweep.aws;

import java.time.Duration;

/** Waits. Tests replace it, so that none has to sleep. */
@FunctionalInterface
public interface Pause {
  /** The pause that really waits. */
  Pause SLEEP = Thread::sleep;

  /** A pause that waits this many times as long. */
  default Pause times(double factor) {
    return duration -> of(Duration.ofNanos((long) (duration.toNanos() * factor)));
  }

  /**
   * Waits if the deadline allows.
   *
   * @return false if it does not, or if the thread was interrupted
   */
  default boolean within(Deadline deadline, Duration duration) {
    if (deadline.left().compareTo(duration) <= 0) {
      return false;
    }
    try {
      of(duration);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void of(Duration duration) throws InterruptedException;
}
