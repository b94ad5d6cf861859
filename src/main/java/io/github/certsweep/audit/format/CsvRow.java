package io.github.certsweep.audit.format;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.csv.CSVPrinter;

/** The cells of a row of a table, by the names of their columns. */
final class CsvRow {
  private final Map<String, Object> cells = new LinkedHashMap<>();

  CsvRow with(String column, Object value) {
    cells.put(column, SpreadsheetCell.of(value.toString()));
    return this;
  }

  CsvRow with(String column, Optional<?> value) {
    value.ifPresent(one -> with(column, one));
    return this;
  }

  /** A number stays one: only texts can be formulas. */
  CsvRow withNumber(String column, Optional<? extends Number> value) {
    value.ifPresent(number -> cells.put(column, number));
    return this;
  }

  /** Prints the cells in the order of the columns; those that are missing are empty. */
  void printTo(CSVPrinter table, List<String> columns) throws IOException {
    table.printRecord(columns.stream().map(name -> cells.getOrDefault(name, "")));
  }
}
