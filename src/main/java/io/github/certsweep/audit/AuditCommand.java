package io.github.certsweep.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import io.github.certsweep.audit.compare.EarlierReport;
import io.github.certsweep.audit.organization.OrganizationAudit;
import io.github.certsweep.audit.organization.report.OrganizationParameters;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.input.InvalidInputException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/** The command line: reads options, makes the report, writes it, and answers an exit code. */
@Command(
    name = "certsweep-audit",
    mixinStandardHelpOptions = true,
    versionProvider = AuditCommand.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    abbreviateSynopsis = true,
    header =
        "Says which server certificates in AWS IAM have expired, who uses them, and what to do.",
    description = {
      "",
      "Uses your own AWS credentials, like the AWS CLI, and only reads."
          + " Prints a table, or writes the formats that you name.",
      ""
    },
    optionListHeading = "Options:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeOnExecutionException = AuditCommand.NO_REPORT,
    exitCodeList = {
      " 0:Nothing has expired or is about to.",
      " 1:Something has expired or is about to.",
      " 2:Nothing like that was found, but not everything could be checked.",
      " 3:Something like that was found, and not everything could be checked.",
      "64:The options are wrong.",
      "70:No report: there are no credentials, AWS refused what an audit can't do without, or the"
          + " audit failed.",
      "74:The report could not be written."
    },
    footer = {
      "",
      "Examples:",
      "  certsweep-audit --days 45",
      "  certsweep-audit --profile auditor --output report",
      "  certsweep-audit --format json | jq '.certificates[] | select(.status == \"EXPIRED\")'"
    })
public final class AuditCommand implements Callable<Integer> {
  static final int NO_REPORT = 70;

  private static final int WRONG_USE = 64;
  private static final int NOT_WRITTEN = 74;

  private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  /** An audit has no deadline of its own; each call has one. */
  private static final Duration LONGEST = Duration.ofHours(6);

  @Spec private CommandSpec spec;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "The profile of your AWS configuration. Default: AWS_PROFILE, or \"default\".")
  private Optional<String> profile = Optional.empty();

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description =
          "The region to call global services from, and of the aggregator. It selects the"
              + " partition. Default: that of your AWS configuration.")
  private Optional<String> region = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      split = ",",
      description =
          "table, json, csv, html or ocsf. Without --output only one. Default: table; with --output"
              + " all.")
  private List<String> formats = List.of();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "Write report.json, report.csv, report.html and report.ocsf.json to this folder.")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--print-policy",
      description = "Print the IAM policy that this audit needs, and exit.")
  private boolean printPolicy;

  @Option(
      names = "--completion",
      description = "Print a completion script for bash and zsh, and exit.")
  private boolean printCompletion;

  @ArgGroup(validate = false, heading = "%nOne account:%n")
  private AccountOptions account = new AccountOptions();

  @ArgGroup(validate = false, heading = "%nAll accounts of an organization:%n")
  private OrganizationOptions organization = new OrganizationOptions();

  private final Clock clock;
  private final Terminal terminal;
  private final Map<String, String> environment;

  AuditCommand(Clock clock, Terminal terminal, Map<String, String> environment) {
    this.clock = clock;
    this.terminal = terminal;
    this.environment = Map.copyOf(environment);
  }

  /** Runs the command in a process of its own. */
  public static void main(String[] arguments) {
    // What the SDK warns of, the command says itself, in one line.
    if (System.getProperty(LOG_LEVEL) == null) {
      System.setProperty(LOG_LEVEL, "error");
    }
    Terminal terminal = Terminal.of(System.getenv(), Optional.ofNullable(System.console()));
    CommandLine command =
        commandLine(new AuditCommand(Clock.systemUTC(), terminal, System.getenv()))
            // Whatever the locale is: names can be in any script, and files are read elsewhere.
            .setOut(writer(FileDescriptor.out))
            .setErr(writer(FileDescriptor.err));
    System.exit(command.execute(arguments));
  }

  private static PrintWriter writer(FileDescriptor stream) {
    return new PrintWriter(new FileOutputStream(stream), false, UTF_8);
  }

  static CommandLine commandLine(AuditCommand command) {
    return new CommandLine(command)
        .setParameterExceptionHandler(AuditCommand::wrongUse)
        .setExecutionExceptionHandler(AuditCommand::noReport);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean isOrganization = organization.aggregator.isPresent();
    if (printPolicy) {
      return print(isOrganization ? Permissions.ofOrganization() : Permissions.ofAccount());
    }
    if (printCompletion) {
      return print(AutoComplete.bash(spec.name(), spec.commandLine()));
    }
    refuseOptionsOfTheOther(isOrganization);
    AwsAccess access = new AwsAccess(profile, region, environment);
    ReportWriter writer =
        ReportWriter.of(formats, output, isOrganization, spec.commandLine().getOut());
    return isOrganization ? auditOrganization(access, writer) : auditAccount(access, writer);
  }

  private int auditAccount(AwsAccess access, ReportWriter writer)
      throws IOException, InterruptedException {
    // Before the search, so that nobody waits for an error.
    Audit.Request request = account.request(access.region());
    Optional<EarlierReport> earlier = account.earlier.map(EarlierReport::read);
    Progress progress = terminal.progress(spec.commandLine().getErr());
    AwsCredentialsProvider credentials = access.credentials();
    Clients clients = Clients.of(Region.of(access.region()), credentials);
    Audit audit = Audit.with(clients, request.settings(), Build.ofThisProgram(), clock, progress);
    writer.prepare();
    AwsAccess.require(credentials);
    AuditReport found;
    try {
      found = audit.run(request.parameters(), deadline());
    } finally {
      progress.tell("");
    }
    AuditReport report = earlier.map(one -> one.compareWith(found)).orElse(found);
    writer.write(format -> format.content(report, terminal));
    return report.exitCode();
  }

  private int auditOrganization(AwsAccess access, ReportWriter writer) throws IOException {
    OrganizationParameters parameters = organization.parameters(access.region());
    AwsCredentialsProvider credentials = access.credentials();
    Clients clients = Clients.of(Region.of(access.region()), credentials);
    writer.prepare();
    AwsAccess.require(credentials);
    Progress progress = terminal.progress(spec.commandLine().getErr());
    OrganizationReport report;
    try {
      report =
          OrganizationAudit.run(
              parameters,
              clients,
              Build.ofThisProgram().origin(clock, AccountCalls.with(clients).caller(deadline())),
              progress::tell,
              deadline());
    } finally {
      progress.tell("");
    }
    OrganizationReport found = report;
    writer.write(format -> format.content(found, terminal));
    return report.exitCode();
  }

  private Deadline deadline() {
    return Deadline.in(LONGEST.toMillis(), clock);
  }

  private int print(String text) {
    spec.commandLine().getOut().println(text);
    spec.commandLine().getOut().flush();
    return 0;
  }

  /** Refuses options that would have no effect: somebody expects one. */
  private void refuseOptionsOfTheOther(boolean isOrganization) {
    Class<?> other = isOrganization ? AccountOptions.class : OrganizationOptions.class;
    String given =
        spec.argGroups().stream()
            .filter(one -> one.typeInfo().getType().equals(other))
            .flatMap(one -> one.options().stream())
            .filter(option -> spec.commandLine().getParseResult().hasMatchedOption(option))
            .map(OptionSpec::longestName)
            .collect(joining(", "));
    if (!given.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          given + (isOrganization ? " can't be used with --aggregator." : " needs --aggregator."));
    }
  }

  private static int wrongUse(ParameterException failure, String... arguments) {
    PrintWriter err = failure.getCommandLine().getErr();
    err.println(failure.getMessage());
    err.println("Try certsweep-audit --help.");
    err.flush();
    return WRONG_USE;
  }

  private static int noReport(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) throws Exception {
    PrintWriter err = command.getErr();
    err.println(failure.getMessage());
    err.flush();
    return switch (failure) {
      case InvalidInputException wrong -> WRONG_USE;
      case AwsCallException refused -> NO_REPORT;
      case NoCredentialsException none -> NO_REPORT;
      case IOException unwritten -> NOT_WRITTEN;
      default -> throw failure;
    };
  }

  /** What {@code --version} prints. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      Build build = Build.ofThisProgram();
      return new String[] {
        "certsweep-audit " + build.version() + " (commit " + build.commit() + ")",
        "Java "
            + Runtime.version()
            + ", AWS SDK for Java "
            + software.amazon.awssdk.core.util.VersionInfo.SDK_VERSION
      };
    }
  }
}
