package io.github.certsweep.audit.organization;

import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.Compliance;
import io.github.certsweep.audit.organization.report.Details;
import io.github.certsweep.audit.organization.report.OrganizationParameters;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.organization.report.UncheckedPart;
import io.github.certsweep.audit.report.Origin;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.input.InvalidInputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.config.model.NoSuchConfigurationAggregatorException;
import software.amazon.awssdk.services.organizations.OrganizationsClient;
import software.amazon.awssdk.services.organizations.model.AwsOrganizationsNotInUseException;

/**
 * The audit of an organization. It reads what a Config aggregator shows of one rule, and finds out
 * which accounts are missing. For 10,000 accounts with something flagged in 500 it makes at most
 * 1,200 calls, and one for each further page of details. Use it once.
 */
public final class OrganizationAudit {
  private final OrganizationParameters parameters;
  private final Consumer<String> progress;
  private final AggregatorSources sources;
  private final AggregatedResults results;
  private final ParallelDetails details;
  private final OrganizationAccounts accounts;
  private final List<UncheckedPart> unchecked = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  OrganizationAudit(
      ConfigClient config,
      OrganizationsClient organizations,
      OrganizationParameters parameters,
      Consumer<String> progress,
      Pages pages) {
    this.parameters = parameters;
    this.progress = progress;
    this.sources = new AggregatorSources(config, parameters, pages);
    this.results = new AggregatedResults(config, parameters, pages);
    this.details =
        new ParallelDetails(
            new AggregatedResults(config, parameters, pages.impatient()), results, progress);
    this.accounts = new OrganizationAccounts(organizations, pages);
  }

  /**
   * Audits the organization.
   *
   * @param clients of the aggregator's account, in its region
   * @param origin what made the report; its time is the report's
   * @param progress hears what is being done, in a few words; from several threads, one at a time
   * @throws InvalidInputException if there is no such aggregator
   * @throws AwsCallException if the overview of the results can't be read
   * @throws CancellationException if the thread was interrupted
   */
  public static OrganizationReport run(
      OrganizationParameters parameters,
      Clients clients,
      Origin origin,
      Consumer<String> progress,
      Deadline deadline) {
    try (ConfigClient config = clients.forSearch(ConfigClient.builder(), clients.region());
        OrganizationsClient organizations =
            clients.forSearch(OrganizationsClient.builder(), clients.region())) {
      return new OrganizationAudit(
              config, organizations, parameters, progress, new Pages(deadline, Pause.SLEEP))
          .report(origin);
    }
  }

  OrganizationReport report(Origin origin) {
    Optional<Aggregator> aggregator = attempt("What the aggregator collects from", sources::find);
    aggregator.ifPresent(this::noteLimits);
    Collection<AggregatedRow> rows = overview();
    Optional<Map<String, Member>> members = members(aggregator);
    MissingAccounts missing = new MissingAccounts(aggregator, members, rows);
    readSources(missing);
    Map<AggregatedRow, Details> read = details.read(asked(rows));
    addUnreadable(read.values());
    noteAccounts(missing);
    noteUnreadAges(rows);
    List<AccountResults> found =
        rows.stream()
            .map(row -> toResults(row, read.getOrDefault(row, Details.NOT_ASKED), missing))
            .toList();
    return new OrganizationReport(
        origin,
        parameters,
        unchecked,
        notes,
        missing.expected(),
        found,
        Stream.concat(
                missing.all().stream(),
                found.stream().flatMap(one -> missing.stopped(one, origin.at()).stream()))
            .toList());
  }

  private void noteUnreadAges(Collection<AggregatedRow> rows) {
    long unread =
        rows.stream()
            .filter(row -> row.compliance() == Compliance.COMPLIANT)
            .map(row -> row.place().account())
            .distinct()
            .count();
    if (!parameters.all() && unread > 0) {
      notes.add(
          "The age of the results was not read for "
              + (unread == 1 ? "1 account" : unread + " accounts")
              + " with nothing flagged. --all reads it.");
    }
  }

  private Collection<AggregatedRow> overview() {
    try {
      return results.overview(progress);
    } catch (AwsCallException e) {
      throw e.getCause() instanceof NoSuchConfigurationAggregatorException ? sources.notFound() : e;
    }
  }

  /**
   * The organization's accounts. Without them nobody knows who is missing, unless there is no
   * organization, and the aggregator names its accounts.
   */
  private Optional<Map<String, Member>> members(Optional<Aggregator> aggregator) {
    try {
      return Optional.of(accounts.list(progress));
    } catch (AwsCallException e) {
      if (e.getCause() instanceof AwsOrganizationsNotInUseException
          && aggregator.filter(one -> !one.organization()).isPresent()) {
        notes.add(
            "The calling account is not in an organization. Only the accounts that the"
                + " aggregator names are expected to have results.");
      } else {
        unchecked.add(
            UncheckedPart.of(
                "Which accounts are missing",
                e.adding(
                    "The management account and delegated administrators can list the accounts.")));
      }
      return Optional.empty();
    }
  }

  private void readSources(MissingAccounts missing) {
    Optional<Boolean> whole =
        attempt(
            "Whose results are out of date",
            () -> sources.readBad(one -> add(one, missing), progress));
    if (whole.equals(Optional.of(false))) {
      unchecked.add(
          new UncheckedPart(
              "Whose results are out of date",
              "TooManySources",
              "The aggregator has too many sources to ask for the status of all of them. Use --all,"
                  + " or correct what the sources that are listed here report."));
    }
  }

  private void add(BadSource source, MissingAccounts missing) {
    if (source.organization()) {
      unchecked.add(
          new UncheckedPart(
              "The organization " + source.id(),
              source.reason().name(),
              "The aggregator can't read the organization's accounts, or could not lately. "
                  + source.description()
                  + " Check the aggregator's role and the organization's trusted access for AWS"
                  + " Config."));
    } else {
      missing.add(source);
    }
  }

  private List<AggregatedRow> asked(Collection<AggregatedRow> rows) {
    return rows.stream()
        .filter(row -> parameters.all() || row.compliance() == Compliance.NON_COMPLIANT)
        .toList();
  }

  private static AccountResults toResults(
      AggregatedRow row, Details details, MissingAccounts missing) {
    String account = row.place().account();
    return new AccountResults(
        account,
        missing.name(account),
        missing.membership(account),
        row.place().region(),
        row.compliance(),
        missing.isOutOfDate(row.place()),
        row.announced(),
        details);
  }

  /** One entry for each kind of error: the accounts themselves say which of them it concerns. */
  private void addUnreadable(Collection<Details> details) {
    Map<String, List<UncheckedPart>> byCode = new LinkedHashMap<>();
    details.stream()
        .flatMap(one -> one.error().stream())
        .forEach(
            error -> byCode.computeIfAbsent(error.code(), code -> new ArrayList<>()).add(error));
    byCode
        .values()
        .forEach(errors ->
            unchecked.add(
                errors.size() == 1
                    ? errors.getFirst()
                    : errors
                        .getFirst()
                        .saidOf(
                            "The results of %d accounts and regions".formatted(errors.size()))));
  }

  private void noteLimits(Aggregator aggregator) {
    if (!aggregator.regions().isEmpty()) {
      notes.add(
          "The aggregator collects only from: "
              + String.join(", ", aggregator.regions().stream().sorted().toList())
              + ". It does not show the rule in other regions.");
    }
  }

  private void noteAccounts(MissingAccounts missing) {
    if (missing.inactive() > 0) {
      notes.add(
          (missing.inactive() == 1
                  ? "1 account of the organization is"
                  : missing.inactive() + " accounts of the organization are")
              + " suspended, closed or not activated. No results are expected there.");
    }
    if (missing.badElsewhere() > 0) {
      notes.add(
          (missing.badElsewhere() == 1
                  ? "1 source of the aggregator"
                  : missing.badElsewhere() + " sources of the aggregator")
              + " failed or went out of date in regions where no account has results of this"
              + " rule.");
    }
  }

  /** Makes a call that the report can do without. */
  private <T> Optional<T> attempt(String what, Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (AwsCallException e) {
      unchecked.add(UncheckedPart.of(what, e));
      return Optional.empty();
    }
  }
}
