package io.github.certsweep.audit.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.certsweep.audit.report.AuditReport;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** What a reader of the formats sees. */
final class ReadBack {
  private ReadBack() {}

  static Predicate<JsonObject> has(String name, String value) {
    return one -> one.has(name) && one.get(name).getAsString().equals(value);
  }

  static JsonObject json(AuditReport report) {
    return JsonParser.parseString(written(new JsonFormat(), report)).getAsJsonObject();
  }

  static String withoutNulls(AuditReport report) {
    StringBuilder text = new StringBuilder();
    try {
      JsonFormat.writeLine(ReportJson.head(report), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  static List<JsonObject> ocsf(AuditReport report) {
    JsonArray all = JsonParser.parseString(written(new OcsfFormat(), report)).getAsJsonArray();
    return objects(all);
  }

  static List<JsonObject> objects(JsonObject object, String name) {
    return objects(object.getAsJsonArray(name));
  }

  static List<JsonObject> objects(JsonArray all) {
    return StreamSupport.stream(all.spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  static List<CSVRecord> records(AuditReport report, String record) {
    return rows(report).stream().filter(row -> row.get("record").equals(record)).toList();
  }

  static List<CSVRecord> rows(AuditReport report) {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = format.parse(new StringReader(written(new CsvFormat(), report)))) {
      return parser.getRecords();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String written(ReportFormat format, AuditReport report) {
    StringBuilder text = new StringBuilder();
    try {
      format.write(report, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
