package io.github.certsweep.audit.page;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Where a time is on the timeline, in percent of its width. The position grows with the square root
 * of the distance from today: the next weeks matter most, and must not vanish beside an expiration
 * of ten years ago.
 *
 * @param at today
 * @param from the square root of the days to the left edge, negative
 * @param to the square root of the days to the right edge
 * @param leadDays how many days before its expiration a certificate counts as expiring
 */
record TimeScale(Instant at, double from, double to, int leadDays) {
  private static final double LEFT = 2;
  private static final double WIDTH = 96;

  /** At least so many days are shown on both sides of today. */
  private static final int SHOWN_AT_LEAST = 30;

  private static final double ROOM_AFTER_LEAD = 1.15;
  private static final double DAY = Duration.ofDays(1).toSeconds();

  /** Labels keep this distance from each other, in percent. */
  private static final double APART = 12;

  /** Those that a phone shows too keep this distance. */
  private static final double FAR_APART = 25;

  private static final List<Step> STEPS =
      List.of(
          new Step(7, "1 week"),
          new Step(30, "1 month"),
          new Step(91, "3 months"),
          new Step(182, "6 months"),
          new Step(365, "1 year"),
          new Step(730, "2 years"),
          new Step(1096, "3 years"),
          new Step(1826, "5 years"),
          new Step(3652, "10 years"),
          new Step(7305, "20 years"),
          new Step(10957, "30 years"),
          new Step(18262, "50 years"));

  private record Step(int days, String name) {}

  /**
   * A labelled point of the axis.
   *
   * @param major whether it is labelled where there is little room too
   */
  record Tick(double x, String label, String date, boolean major) {}

  static TimeScale of(Instant at, int leadDays, Collection<Instant> shown) {
    double from = -Math.sqrt(SHOWN_AT_LEAST);
    double to = Math.sqrt(Math.max(SHOWN_AT_LEAST, leadDays)) * ROOM_AFTER_LEAD;
    for (Instant instant : shown) {
      double root = root(at, instant);
      from = Math.min(from, root);
      to = Math.max(to, root);
    }
    return new TimeScale(at, from, to, leadDays);
  }

  private static double root(Instant at, Instant instant) {
    double days = Duration.between(at, instant).toSeconds() / DAY;
    return Math.signum(days) * Math.sqrt(Math.abs(days));
  }

  double x(Instant instant) {
    return LEFT + WIDTH * (root(at, instant) - from) / (to - from);
  }

  double today() {
    return x(at);
  }

  double lead() {
    return x(at.plus(Duration.ofDays(leadDays)));
  }

  List<Tick> ticks() {
    List<Tick> ticks = new ArrayList<>();
    ticks.add(new Tick(today(), "today", Wording.date(at), true));
    addTicks(ticks, -1, "%s ago");
    addTicks(ticks, 1, "in %s");
    return ticks;
  }

  private void addTicks(List<Tick> ticks, int direction, String format) {
    double last = today();
    double lastMajor = last;
    for (Step step : STEPS) {
      Instant instant = at.plus(Duration.ofDays((long) direction * step.days()));
      double x = x(instant);
      if (x < LEFT || x > LEFT + WIDTH || Math.abs(x - last) < APART) {
        continue;
      }
      boolean major = Math.abs(x - lastMajor) >= FAR_APART;
      String label = String.format(Locale.ROOT, format, step.name());
      ticks.add(new Tick(x, label, Wording.date(instant), major));
      last = x;
      lastMajor = major ? x : lastMajor;
    }
  }
}
