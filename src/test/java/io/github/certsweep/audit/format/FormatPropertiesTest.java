package io.github.certsweep.audit.format;

import static io.github.certsweep.audit.format.ReadBack.has;
import static io.github.certsweep.audit.format.ReadBack.json;
import static io.github.certsweep.audit.format.ReadBack.objects;
import static io.github.certsweep.audit.format.ReadBack.ocsf;
import static io.github.certsweep.audit.format.ReadBack.records;
import static io.github.certsweep.audit.format.ReadBack.rows;
import static io.github.certsweep.audit.format.ReadBack.withoutNulls;
import static io.github.certsweep.audit.format.ReadBack.written;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.fake.AnyReport;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the formats for machines promise, whatever was found and whatever it is called. */
@Tag("property")
class FormatPropertiesTest {
  private static final String HALF = "\\p{Cs}";

  @Test
  void allFormatsHaveTheReportsNumbers() {
    qt().forAll(AnyReport.report())
        .checkAssert(report -> {
          JsonObject json = json(report);
          List<CSVRecord> certificates = records(report, "certificate");
          List<JsonObject> findings = ocsf(report);
          JsonObject counts = json.getAsJsonObject("counts");
          int size = report.certificates().size();
          assertThat(counts.get("certificates").getAsInt()).isEqualTo(size);
          assertThat(objects(json, "certificates")).hasSize(size);
          assertThat(certificates).hasSize(size);
          assertThat(findings).hasSize(1 + size);
          assertThat(findings.getFirst().getAsJsonObject("unmapped").getAsJsonObject("report"))
              .isEqualTo(JsonParser.parseString(withoutNulls(report)));
          for (ExpirationStatus status : ExpirationStatus.values()) {
            String word = status.name();
            long count = report.count(status);
            assertThat(counts.getAsJsonObject("byStatus").get(word).getAsLong()).isEqualTo(count);
            assertThat(objects(json, "certificates"))
                .filteredOn(has("status", word))
                .hasSize(n(count));
            assertThat(certificates)
                .filteredOn(row -> row.get("status").equals(word))
                .hasSize(n(count));
            assertThat(findings).filteredOn(has("status_code", word)).hasSize(n(count));
          }
          for (Priority priority : Priority.values()) {
            long count = report.count(priority);
            assertThat(counts.getAsJsonObject("byPriority").get(priority.name()).getAsLong())
                .isEqualTo(count);
            assertThat(certificates)
                .filteredOn(row -> row.get("priority").equals(priority.name()))
                .hasSize(n(count));
          }
        });
  }

  @Test
  void nothingThatHasExpiredIsMissingFromAnyFormat() {
    qt().forAll(AnyReport.report())
        .checkAssert(report -> {
          List<String> expired =
              report.certificates().stream()
                  .filter(one -> one.status() == ExpirationStatus.EXPIRED)
                  .map(one -> one.certificate().id())
                  .toList();
          assertThat(objects(json(report), "certificates"))
              .filteredOn(has("status", "EXPIRED"))
              .extracting(one -> one.get("id").getAsString())
              .isEqualTo(expired);
          assertThat(records(report, "certificate"))
              .filteredOn(row -> row.get("status").equals("EXPIRED"))
              .extracting(row -> row.get("id"))
              .isEqualTo(expired);
          assertThat(ocsf(report))
              .filteredOn(one -> one.getAsJsonObject("compliance").get("status_id").getAsInt() == 3)
              .extracting(one ->
                  one.getAsJsonArray("resources")
                      .get(0)
                      .getAsJsonObject()
                      .get("uid_alt")
                      .getAsString())
              .isEqualTo(expired);
        });
  }

  @Test
  void whatWasNotCheckedComesFirstInEveryFormat() {
    qt().forAll(AnyReport.report())
        .checkAssert(report -> {
          List<String> errors = clean(report.unchecked().stream().map(UncheckedPlace::error));
          JsonObject json = json(report);
          assertThat(json.get("complete").getAsBoolean()).isEqualTo(report.complete());
          assertThat(List.copyOf(json.keySet()).indexOf("unchecked"))
              .isLessThan(List.copyOf(json.keySet()).indexOf("certificates"));
          assertThat(objects(json, "unchecked"))
              .extracting(one -> one.get("error").getAsString())
              .isEqualTo(errors);
          List<CSVRecord> rows = rows(report);
          assertThat(rows.subList(0, errors.size()))
              .allMatch(row -> row.get("record").equals("not-checked"))
              .extracting(row -> withoutApostrophe(row.get("reason")))
              .isEqualTo(errors);
          assertThat(rows.reversed().subList(0, report.certificates().size()))
              .allMatch(row -> row.get("record").equals("certificate"));
          JsonObject search = ocsf(report).getFirst();
          List<String> labels = clean(report.unchecked().stream().map(UncheckedPlace::label));
          assertThat(labels)
              .allSatisfy(
                  label -> assertThat(search.get("status_detail").getAsString()).contains(label));
          assertThat(search.getAsJsonObject("compliance").get("status").getAsString())
              .matches(report.complete() ? "Pass|Warning" : "Unknown");
        });
  }

  @Test
  void unusedIsOnlySaidOfWhatIsKnownToBeUnused() {
    qt().forAll(AnyReport.report())
        .checkAssert(report -> {
          List<String> unused =
              report.certificates().stream()
                  .filter(one -> one.usage().filter(usage -> usage.isUnused()).isPresent())
                  .map(one -> one.certificate().id())
                  .toList();
          assertThat(objects(json(report), "certificates"))
              .filteredOn(has("usageStatus", "UNUSED"))
              .extracting(one -> one.get("id").getAsString())
              .isEqualTo(unused);
          assertThat(records(report, "certificate"))
              .filteredOn(row -> row.get("users").equals("0"))
              .extracting(row -> row.get("id"))
              .isEqualTo(unused);
          assertThat(ocsf(report))
              .filteredOn(one -> one.get("message").getAsString().contains(". Not in use."))
              .hasSize(unused.size());
        });
  }

  @Test
  void hostileTextSurvivesJsonAndOcsf() {
    qt().forAll(AnyReport.report())
        .checkAssert(report -> {
          assertThat(texts(objects(json(report), "certificates").stream()))
              .isEqualTo(expected(report));
          assertThat(
                  texts(
                      ocsf(report).stream()
                          .skip(1)
                          .map(one ->
                              one.getAsJsonObject("unmapped").getAsJsonObject("certificate"))))
              .isEqualTo(expected(report));
        });
  }

  @Test
  void hostileTextSurvivesCsvButForTheApostrophe() {
    qt().forAll(AnyReport.report())
        .checkAssert(report -> {
          List<CSVRecord> rows = records(report, "certificate");
          for (int at = 0; at < rows.size(); at++) {
            AuditedCertificate one = report.certificates().get(at);
            String users =
                String.join("; ", one.users().stream().map(CertificateUser::label).toList());
            assertThat(
                    Stream.of("name", "reason", "usage")
                        .map(rows.get(at)::get)
                        .map(FormatPropertiesTest::withoutApostrophe))
                .isEqualTo(clean(Stream.of(one.certificate().name(), one.reason(), users)));
          }
        });
  }

  @Test
  void noCellOfACsvIsAFormula() {
    qt().forAll(AnyReport.report())
        .checkAssert(report ->
            assertThat(rows(report).stream().flatMap(CSVRecord::stream))
                .noneMatch(cell -> cell.strip().matches("(?s)[=+@-].*") && !cell.matches("-[0-9]+"))
                .noneMatch(cell -> cell.matches("(?s)[\t\r\n].*")));
  }

  @Test
  void everyFormatIsOfCharactersThatUtf8HasAndEndsWithALineBreak() {
    qt().forAll(AnyReport.report())
        .checkAssert(report ->
            assertThat(List.of(new JsonFormat(), new CsvFormat(), new OcsfFormat()))
                .allSatisfy(format -> {
                  String text = written(format, report);
                  assertThat(new String(text.getBytes(UTF_8), UTF_8)).isEqualTo(text);
                  assertThat(text).endsWith("\n");
                  assertThat(written(format, report)).isEqualTo(text);
                }));
  }

  private static List<List<String>> texts(Stream<JsonObject> certificates) {
    return certificates
        .map(one ->
            Stream.concat(
                    Stream.of("name", "id", "arn", "reason").map(one::get),
                    Stream.concat(
                        Stream.of("usage", "warnings", "commands")
                            .filter(one::has)
                            .filter(name -> one.get(name).isJsonArray())
                            .flatMap(name -> objects(one, name).stream())
                            .flatMap(each ->
                                Stream.of("resource", "text", "note")
                                    .filter(each::has)
                                    .map(each::get)),
                        Stream.of("subject", "issuer", "serial")
                            .filter(one::has)
                            .map(one::get)
                            .filter(JsonElement::isJsonPrimitive)))
                .map(JsonElement::getAsString)
                .toList())
        .toList();
  }

  private static List<List<String>> expected(AuditReport report) {
    return report.certificates().stream()
        .map(one -> {
          Stream.Builder<String> all = Stream.builder();
          all.add(one.certificate().name()).add(one.certificate().id());
          all.add(one.certificate().arn()).add(one.reason());
          one.users().forEach(user -> all.add(user.resource()));
          one.warnings().forEach(warning -> all.add(warning.text()));
          one.remedies().forEach(remedy -> all.add(remedy.user().resource()).add(remedy.note()));
          one.details()
              .ifPresent(details ->
                  all.add(details.subject()).add(details.issuer()).add(details.serial()));
          return clean(all.build());
        })
        .toList();
  }

  /** What no encoding has is the only thing that doesn't survive. */
  private static List<String> clean(Stream<String> texts) {
    return texts.map(text -> text.replaceAll(HALF, "\ufffd")).toList();
  }

  private static String withoutApostrophe(String cell) {
    return cell.matches("(?s)'+[\\s\\p{Z}\\p{C}]*[=+\\-@＝＋－＠].*|(?s)'+ *[\t\r\n].*")
        ? cell.substring(1)
        : cell;
  }

  private static int n(long count) {
    return Math.toIntExact(count);
  }
}
