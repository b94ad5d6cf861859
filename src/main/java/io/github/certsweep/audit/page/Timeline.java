package io.github.certsweep.audit.page;

import static java.util.Comparator.naturalOrder;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.certificate.ExpirationStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The expirations as a drawing: one mark for each certificate, in a lane for its usage. Positions
 * across are percentages, so that the drawing fits a phone and a sheet of paper with text of the
 * same size; positions down are pixels.
 *
 * @param undated how many certificates have no known expiration, and so no mark
 */
record Timeline(
    double today,
    double lead,
    List<Lane> lanes,
    List<TimeScale.Tick> ticks,
    double axis,
    double height,
    long undated,
    String description) {
  private static final double TOP = 40;
  private static final double LANE_TITLE = 18;
  private static final double STEP = 13;
  private static final double RADIUS = 6;
  private static final double GAP = 10;
  private static final double COUNT = 14;
  private static final double AXIS_LABELS = 40;

  /** A label needs so many percent on each side of its point. */
  private static final double EDGE = 5;

  /** Two labels, one on each side of a point, need more. */
  private static final double WIDE_EDGE = 16;

  private static final double ALL = 100;

  /** So wide is a column of marks, in percent: two columns next to each other do not touch. */
  private static final double COLUMN = 1.4;

  /** Higher columns are squeezed. */
  private static final int MARKS_IN_A_COLUMN = 6;

  /** Columns with more marks say how many, where there is room for the number. */
  private static final int COUNTABLE = 12;

  private static final double COUNT_WIDTH = 3.5;

  /**
   * The certificates of one usage.
   *
   * @param top its upper edge
   * @param base its lower edge
   * @param counts of the marks in columns that are too high to count
   */
  record Lane(Usage usage, double top, double base, List<Mark> marks, List<Count> counts) {}

  /** A certificate. */
  record Mark(double x, double y, Severity severity, String title) {}

  /** How many marks a column has. */
  record Count(double x, double y, int size) {}

  /** Marks of one status that are so near to each other that they stand on each other. */
  private record Column(int place, ExpirationStatus status) implements Comparable<Column> {
    static Column of(AuditedCertificate certificate, TimeScale scale) {
      double x = scale.x(end(certificate)) - scale.today();
      return new Column((int) Math.floor(x / COLUMN), certificate.status());
    }

    @Override
    public int compareTo(Column other) {
      return place == other.place
          ? status.compareTo(other.status)
          : Integer.compare(place, other.place);
    }
  }

  static Timeline of(AuditReport report) {
    List<AuditedCertificate> dated =
        report.certificates().stream().filter(one -> one.expiration().isPresent()).toList();
    TimeScale scale =
        TimeScale.of(
            report.origin().at(),
            report.parameters().days(),
            dated.stream().map(Timeline::end).toList());
    Map<Usage, List<AuditedCertificate>> byUsage = new EnumMap<>(Usage.class);
    for (Usage usage : Usage.values()) {
      byUsage.put(usage, dated.stream().filter(one -> Usage.of(one) == usage).toList());
    }
    List<Lane> lanes = new ArrayList<>();
    double top = TOP;
    for (Map.Entry<Usage, List<AuditedCertificate>> entry : byUsage.entrySet()) {
      Lane lane = lane(entry.getKey(), top, entry.getValue(), scale);
      lanes.add(lane);
      top = lane.base() + GAP;
    }
    return new Timeline(
        scale.today(),
        scale.lead(),
        lanes,
        scale.ticks(),
        top,
        top + AXIS_LABELS,
        report.certificates().size() - dated.size(),
        description(dated, byUsage));
  }

  private static Lane lane(
      Usage usage, double top, List<AuditedCertificate> certificates, TimeScale scale) {
    Map<Column, List<AuditedCertificate>> columns =
        certificates.stream()
            .collect(groupingBy(one -> Column.of(one, scale), TreeMap::new, toList()));
    int highest = columns.values().stream().mapToInt(List::size).max().orElse(0);
    double room = highest > COUNTABLE ? COUNT : 0;
    double base = top + LANE_TITLE + room + Math.min(highest, MARKS_IN_A_COLUMN) * STEP;
    List<Mark> marks = new ArrayList<>();
    List<Count> counts = new ArrayList<>();
    double labelled = -ALL;
    for (List<AuditedCertificate> column : columns.values()) {
      int size = column.size();
      double step = size > MARKS_IN_A_COLUMN ? STEP * (MARKS_IN_A_COLUMN - 1) / (size - 1) : STEP;
      double x = column.stream().mapToDouble(one -> scale.x(end(one))).average().orElseThrow();
      double y = base - RADIUS;
      for (AuditedCertificate certificate : column) {
        marks.add(new Mark(x, y, Severity.of(certificate.priority()), title(certificate)));
        y -= step;
      }
      if (size > COUNTABLE && x - labelled > COUNT_WIDTH) {
        labelled = x;
        counts.add(new Count(x, base - MARKS_IN_A_COLUMN * STEP - RADIUS, size));
      }
    }
    return new Lane(usage, top, base, marks, counts);
  }

  private static String title(AuditedCertificate certificate) {
    return certificate.certificate().name()
        + ": "
        + Wording.date(end(certificate))
        + ". "
        + Wording.state(certificate);
  }

  private static String description(
      List<AuditedCertificate> dated, Map<Usage, List<AuditedCertificate>> byUsage) {
    String range =
        dated.isEmpty()
            ? "No certificate."
            : "From "
                + Wording.date(dated.stream().map(Timeline::end).min(naturalOrder()).orElseThrow())
                + " to "
                + Wording.date(dated.stream().map(Timeline::end).max(naturalOrder()).orElseThrow())
                + ".";
    return byUsage.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty())
        .map(entry -> " " + entry.getKey().title() + ": " + statuses(entry.getValue()) + ".")
        .collect(joining("", range, ""));
  }

  private static String statuses(List<AuditedCertificate> certificates) {
    Map<ExpirationStatus, Long> counts =
        certificates.stream()
            .collect(groupingBy(AuditedCertificate::status, TreeMap::new, counting()));
    return counts.entrySet().stream()
        .map(entry ->
            Wording.number(entry.getValue()) + " " + entry.getKey().name().toLowerCase(Locale.ROOT))
        .collect(joining(", "));
  }

  /** A position across, as SVG writes it. */
  static String percent(double x) {
    return String.format(Locale.ROOT, "%.2f%%", x);
  }

  /** The same, between two positions. */
  static String percent(double from, double to) {
    return percent(to - from);
  }

  /** A position down, as SVG writes it. */
  static String pixels(double y) {
    return String.format(Locale.ROOT, "%.1f", y);
  }

  /** Whether there is room for labels on both sides. */
  static boolean isClear(double x) {
    return x > WIDE_EDGE && x < ALL - WIDE_EDGE;
  }

  /** On which side of {@code x} a label fits: near an edge, on the side away from it. */
  static String anchor(double x) {
    return x < EDGE ? "start" : x > ALL - EDGE ? "end" : "middle";
  }

  private static Instant end(AuditedCertificate certificate) {
    return certificate.expiration().orElseThrow();
  }
}
