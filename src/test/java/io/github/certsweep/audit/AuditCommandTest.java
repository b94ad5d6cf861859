package io.github.certsweep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.certsweep.fake.World;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command says before it calls AWS. The jar itself is tested in e2e. */
class AuditCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  private int run(String... arguments) {
    return AuditCommand.commandLine(
            new AuditCommand(World.CLOCK, Terminal.NONE, Map.of("AWS_DEFAULT_REGION", "Wales")))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--days|5000|--days is 5000. Give a whole number from 0 to 3650.",
        "--days|-1|--days is -1. Give a whole number from 0 to 3650.",
        "--days|x|Invalid value for option '--days': 'x' is not an int",
        "--format|pdf|--format is \"pdf\". Give some of table",
        "--format|json,csv|--format names 2 formats. More than one needs --output.",
        "--frobnicate|1|Unknown options: '--frobnicate', '1'"
      })
  void wrongUseIsExplained(String option, String value, String message) {
    assertThat(run(option, value, "--region", "eu-west-1")).isEqualTo(64);
    assertThat(err.toString()).startsWith(message);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void whatIsNoOptionPointsToTheHelp() {
    assertThat(run("--frobnicate")).isEqualTo(64);
    assertThat(err.toString())
        .isEqualTo("Unknown option: '--frobnicate'\nTry certsweep-audit --help.\n");
  }

  @Test
  void optionsWithoutEffectAreRefused() {
    assertThat(run("--aggregator", "org", "--days", "5", "--no-usage")).isEqualTo(64);
    assertThat(err.toString()).startsWith("--days, --no-usage can't be used with --aggregator.");
    err.getBuffer().setLength(0);
    assertThat(run("--region", "eu-west-1", "--all")).isEqualTo(64);
    assertThat(err.toString()).startsWith("--all needs --aggregator.");
  }

  @Test
  void anOrganizationHasNoOcsfFindings() {
    assertThat(run("--region", "eu-west-1", "--aggregator", "org", "--format", "ocsf"))
        .isEqualTo(64);
    assertThat(err.toString())
        .startsWith("--format is \"ocsf\". Give some of table, json, csv, html.");
  }

  @Test
  void aNameThatCanBeNoAggregatorsIsRefused() {
    assertThat(run("--region", "eu-west-1", "--aggregator", "a b")).isEqualTo(64);
    assertThat(err.toString()).startsWith("--aggregator is \"a b\"");
  }

  @Test
  void thePolicyOfAnOrganizationIsAnother() {
    assertThat(run("--aggregator", "org", "--print-policy")).isZero();
    assertThat(out.toString()).contains("organizations:ListAccounts").doesNotContain("iam:");
  }

  @Test
  void aMisspeltRegionIsNamed() {
    assertThat(run("--region", "eu-west-1", "--regions", "eu-west-1;eu-west-2")).isEqualTo(64);
    assertThat(err.toString())
        .startsWith(
            "--regions contains \"eu-west-1;eu-west-2\", which is not the name of a region");
  }

  @Test
  void aMisspeltHomeRegionIsNamed() {
    assertThat(run("--region", "Ireland")).isEqualTo(64);
    assertThat(err.toString()).startsWith("The region is \"Ireland\"");
  }

  @Test
  void theRegionOfTheAwsCliCounts() {
    assertThat(run()).isEqualTo(64);
    assertThat(err.toString()).startsWith("The region is \"Wales\"");
  }

  @Test
  void anExceptionOfAKnownServiceIsRefused() {
    assertThat(run("--region", "eu-west-1", "--usage-exceptions", "cloudfront/global"))
        .isEqualTo(64);
    assertThat(err.toString())
        .startsWith("--usage-exceptions contains \"cloudfront/global\", which is not allowed.");
  }

  @Test
  void aFolderThatCanNotBeWrittenIsToldBeforeTheSearch() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(run("--region", "eu-west-1", "--output", file.toString())).isEqualTo(74);
    assertThat(err.toString()).contains("It is a file, not a folder");
  }

  @Test
  void anEarlierReportThatIsNoneIsRefusedBeforeTheSearch() throws Exception {
    Path file = Files.writeString(folder.resolve("old.json"), "[]");
    assertThat(run("--region", "eu-west-1", "--compare", file.toString())).isEqualTo(64);
    assertThat(err.toString()).contains("old.json").contains("is not one JSON object");
  }

  @Test
  void aMissingProfileIsToldWithTheRemedy() {
    assertThat(run("--region", "eu-west-1", "--profile", "no-such-profile")).isEqualTo(70);
    assertThat(err.toString())
        .startsWith("No AWS credentials: ")
        .contains("no-such-profile")
        .contains("aws sso login");
  }

  @Test
  void aFailureThatNobodyForesawIsNotTakenForAFinding() {
    System.setProperty("aws.endpointUrl", "http://[");
    try {
      assertThat(run("--region", "eu-west-1")).isEqualTo(70);
    } finally {
      System.clearProperty("aws.endpointUrl");
    }
    assertThat(err.toString()).contains("endpointUrl").contains("\tat ");
  }

  @Test
  void helpNamesEveryExitCode() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Exit codes:", " 0 ", " 3 ", "64 ", "70 ", "74 ");
  }

  @Test
  void versionNamesTheCommit() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("(?s)certsweep-audit [0-9.]+ \\(commit .+\\).*");
  }

  @Test
  void thePolicyReadsOnly() {
    assertThat(run("--print-policy")).isZero();
    assertThat(JsonParser.parseString(out.toString()).toString())
        .doesNotContainPattern("\"(?!arn:)[a-z]+:(?!List|Get|Describe)");
  }

  @Test
  void theCompletionIsAScript() {
    assertThat(run("--completion")).isZero();
    assertThat(out.toString()).startsWith("#!").contains("complete ").contains("--no-usage");
  }
}
