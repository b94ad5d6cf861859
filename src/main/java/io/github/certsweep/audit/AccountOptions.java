package io.github.certsweep.audit;

import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.usage.SearchSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of an audit of one account. */
final class AccountOptions {
  private static final int MOST_DAYS = 3650;

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "Certificates that expire within N days count too: 0 to 3650. Default: 30.")
  private int days = 30;

  @Option(
      names = "--regions",
      paramLabel = "REGION",
      split = ",",
      description =
          "Search only these regions for users, separated by commas. Default: all that are enabled"
              + " for the account.")
  private List<String> regions = List.of();

  @Option(
      names = "--usage-exceptions",
      paramLabel = "SERVICE/REGION",
      split = ",",
      description =
          "Checks that are allowed to fail, such as appsync/mx-central-1, for a service that a"
              + " region does not offer.")
  private List<String> usageExceptions = List.of();

  @Option(names = "--no-usage", description = "Do not search for users of the certificates.")
  private boolean noUsage;

  @Option(
      names = "--no-details",
      description =
          "Do not read names, keys, chains and tags of the certificates, and look for no"
              + " replacements.")
  private boolean noDetails;

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = "Say what has changed since an earlier report.json of this account.")
  Optional<Path> earlier = Optional.empty();

  /**
   * What the caller asks for.
   *
   * @throws InvalidInputException if an option has a value that is not allowed
   */
  Audit.Request request(String region) {
    if (days < 0 || days > MOST_DAYS) {
      throw new InvalidInputException(
          "--days is " + days + ". Give a whole number from 0 to " + MOST_DAYS + ".");
    }
    return new Audit.Request(
        new AuditParameters(days, region, regions, usageExceptions, !noUsage, !noDetails),
        SearchSettings.ofAudit(String.join(",", regions), String.join(",", usageExceptions)));
  }
}
