package io.github.certsweep.audit.compare;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import io.github.certsweep.audit.format.JsonFormat;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.fake.AnyInput;
import io.github.certsweep.fake.AnyReport;
import io.github.certsweep.fake.ExampleReport;
import io.github.certsweep.input.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a comparison promises, whatever the two reports found. */
@Tag("property")
class ComparisonPropertiesTest {
  @TempDir private Path folder;

  @Test
  void everyFlaggedCertificateIsInExactlyOneList() {
    qt().forAll(AnyReport.report(), AnyReport.report())
        .checkAssert((old, present) -> {
          Comparison changes = read(old).compareWith(present).comparison().orElseThrow();
          assertThat(ids(Stream.of(changes.added(), changes.still())))
              .containsExactlyInAnyOrderElementsOf(flagged(present));
          assertThat(ids(Stream.of(changes.gone(), changes.still())))
              .containsExactlyInAnyOrderElementsOf(flagged(old));
        });
  }

  @Test
  void aRowOfReportsKeepsTheTimeOfItsFirst() {
    qt().forAll(AnyReport.report(), AnyReport.report())
        .checkAssert((old, present) -> {
          AuditReport first = read(old).compareWith(present);
          AuditReport second = read(first).compareWith(present);
          Comparison changes = second.comparison().orElseThrow();
          assertThat(changes.added()).isEmpty();
          assertThat(changes.gone()).isEmpty();
          Comparison before = first.comparison().orElseThrow();
          assertThat(changes.still())
              .extracting(one -> one.id() + " " + one.since())
              .containsExactlyInAnyOrderElementsOf(
                  Stream.of(before.added(), before.still())
                      .flatMap(List::stream)
                      .map(one -> one.id() + " " + one.since())
                      .toList());
        });
  }

  @Test
  void whateverTheFileHoldsItIsReadOrRefusedByName() {
    String json = written(ExampleReport.full());
    qt().forAll(AnyInput.like(json))
        .checkAssert(bytes -> {
          Path file = folder.resolve("old.json");
          try {
            Files.write(file, bytes);
            EarlierReport.read(file);
          } catch (InvalidInputException e) {
            assertThat(e)
                .hasMessageStartingWith("The earlier report " + file)
                .hasMessageEndingWith(" as JSON.");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private EarlierReport read(AuditReport report) {
    try {
      return EarlierReport.read(Files.writeString(folder.resolve("old.json"), written(report)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String written(AuditReport report) {
    StringBuilder text = new StringBuilder();
    try {
      new JsonFormat().write(report, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static List<String> ids(Stream<List<Finding>> lists) {
    return lists.flatMap(List::stream).map(Finding::id).toList();
  }

  private static Set<String> flagged(AuditReport report) {
    return report.certificates().stream()
        .filter(one -> one.judged().isExpiredOrExpiring())
        .map(one -> one.certificate().id())
        .collect(toSet());
  }
}
