package io.github.certsweep.audit.format;

import static io.github.certsweep.audit.format.ReadBack.objects;
import static io.github.certsweep.fake.AnOrganization.compliant;
import static io.github.certsweep.fake.AnOrganization.flagged;
import static io.github.certsweep.fake.AnOrganization.report;
import static io.github.certsweep.fake.AnOrganization.typical;
import static io.github.certsweep.fake.AnOrganization.unreadable;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;

class OrganizationFormatsTest {
  /** For checks/test_organization_report.py, which has the published schema. */
  private static final Path FOLDER = Path.of("target/organization-examples");

  private static final OrganizationReport HOSTILE =
      report(
          List.of(
              flagged("111111111111", "=cmd|'/c calc'!A0", "@SUM(1)"),
              flagged("222222222222", "half \ud83d, \"quoted\"\r\nline", "www")));

  @Test
  void writesExamplesForTheChecksOfTheSchema() throws IOException {
    Files.createDirectories(FOLDER);
    Map<String, OrganizationReport> examples =
        Map.of(
            "typical", typical(),
            "empty", report(List.of()),
            "unreadable", report(List.of(unreadable("111111111111"))),
            "hostile", HOSTILE);
    for (Map.Entry<String, OrganizationReport> one : examples.entrySet()) {
      Files.writeString(
          FOLDER.resolve(one.getKey() + ".json"), written(new OrganizationJson(), one.getValue()));
    }
    assertThat(FOLDER.resolve("typical.json")).content(UTF_8).contains("\"NO_RESULTS\"");
  }

  @Test
  void jsonSaysWhatIsNotKnownBeforeAnythingElse() {
    JsonObject json = json(typical());
    assertThat(json.keySet())
        .startsWith("schemaVersion", "complete", "verdict", "exitCode", "unchecked")
        .endsWith("missing", "accounts");
    assertThat(json.get("exitCode").getAsInt()).isEqualTo(3);
    assertThat(objects(json, "unchecked").getFirst().get("code").getAsString())
        .isEqualTo("AccessDenied");
  }

  @Test
  void jsonHasTheAnnotationAndTheAgeOnlyWhereTheyWereRead() {
    List<JsonObject> accounts = objects(json(typical()), "accounts");
    JsonObject worst = accounts.getFirst();
    assertThat(worst.get("newest").getAsString()).isEqualTo("2026-11-23T03:00:00Z");
    assertThat(objects(worst, "results"))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.get("annotation").getAsString()).contains("In use by 1");
          assertThat(one.get("priority").getAsString()).isEqualTo("EXPIRED_IN_USE");
        });
    assertThat(accounts.getLast().get("details").getAsString()).isEqualTo("NOT_ASKED");
    assertThat(accounts.getLast().get("newest").isJsonNull()).isTrue();
  }

  @Test
  void whatIsNotKnownIsNoNumber() {
    OrganizationReport report = report(List.of(unreadable("111111111111")));
    JsonObject json = objects(json(report), "accounts").getFirst();
    assertThat(json.get("flagged").isJsonNull()).isTrue();
    assertThat(rows(report).getFirst().get("flagged")).isEmpty();
    assertThat(rows(report).getFirst().get("code")).isEqualTo("AccessDeniedException");
  }

  @Test
  void csvHasRowsOfEachKindTheUncheckedFirst() {
    List<CSVRecord> rows = rows(typical());
    assertThat(rows)
        .extracting(row -> row.get("record"))
        .containsExactly("not-checked", "missing", "missing", "account", "result", "account");
    assertThat(rows.get(3).get("flagged")).isEqualTo("1");
    assertThat(rows.get(4).get("id")).isEqualTo("www");
    assertThat(rows.get(4).get("account")).isEqualTo("111111111111");
    assertThat(rows)
        .allSatisfy(row -> {
          assertThat(row.get("aggregator")).isEqualTo("all-accounts");
          assertThat(row.get("at")).isEqualTo("2026-11-23T12:00:00Z");
        });
  }

  @Test
  void aFormulaInANameIsText() {
    CSVRecord result = rows(HOSTILE).get(1);
    assertThat(result.get("name")).isEqualTo("'=cmd|'/c calc'!A0");
    assertThat(result.get("id")).isEqualTo("'@SUM(1)");
  }

  @Test
  void namesOfAllKindsSurvive() {
    String name = "half \ufffd, \"quoted\" line";
    assertThat(rows(HOSTILE).get(2).get("name")).isEqualTo(name);
    assertThat(objects(json(HOSTILE), "accounts").getLast().get("name").getAsString())
        .isEqualTo(name);
  }

  @Test
  void anAccountThatNobodyAskedForHasNoResults() {
    OrganizationReport report = report(List.of(compliant("111111111111", "a")));
    assertThat(rows(report)).hasSize(1);
    assertThat(objects(objects(json(report), "accounts").getFirst(), "results")).isEmpty();
  }

  private static JsonObject json(OrganizationReport report) {
    return JsonParser.parseString(written(new OrganizationJson(), report)).getAsJsonObject();
  }

  private static List<CSVRecord> rows(OrganizationReport report) {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser =
        format.parse(new StringReader(written(new OrganizationCsv(), report)))) {
      return parser.getRecords();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String written(OrganizationFormat format, OrganizationReport report) {
    StringBuilder text = new StringBuilder();
    try {
      format.write(report, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return text.toString();
  }
}
