package io.github.certsweep.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.certsweep.audit.compare.EarlierReport;
import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.usage.SearchSettings;
import io.github.certsweep.usage.UsageRegions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

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
      "Uses your own AWS credentials, found as the AWS CLI finds them, and only reads."
          + " Prints a table, or writes the formats that you name.",
      ""
    },
    optionListHeading = "Options:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:Nothing has expired or is about to.",
      " 1:Something has expired or is about to.",
      " 2:Nothing was seen, but not everything could be checked.",
      " 3:Something was seen, and not everything could be checked.",
      "64:The options are wrong.",
      "70:No report: AWS refused what an audit can't do without.",
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
  private static final int WRONG_USE = 64;
  private static final int NO_REPORT = 70;
  private static final int NOT_WRITTEN = 74;

  private static final int MOST_DAYS = 3650;
  private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  /** An audit has no deadline of its own; each call has one. */
  private static final Duration LONGEST = Duration.ofHours(6);

  @Spec private CommandSpec spec;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "30",
      description = "Certificates that expire within N days count too: 0 to 3650. Default: 30.")
  private int days;

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
          "Checks that may fail, such as appsync/mx-central-1, for a service that a region does not"
              + " offer.")
  private List<String> usageExceptions = List.of();

  @Option(names = "--no-usage", description = "Do not search for users of the certificates.")
  private boolean noUsage;

  @Option(
      names = "--no-details",
      description =
          "Do not read names, keys and chains of the certificates, and look for no replacements.")
  private boolean noDetails;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "The profile of your AWS configuration. Default: AWS_PROFILE, or \"default\".")
  private Optional<String> profile = Optional.empty();

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description =
          "The region to call global services from; it selects the partition. Default: that of your"
              + " AWS configuration.")
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
      names = "--compare",
      paramLabel = "FILE",
      description = "Say what has changed since an earlier report.json of this account.")
  private Optional<Path> earlier = Optional.empty();

  @Option(
      names = "--print-policy",
      description = "Print the IAM policy that an audit needs, and end.")
  private boolean printPolicy;

  @Option(
      names = "--completion",
      description = "Print a completion script for bash and zsh, and end.")
  private boolean printCompletion;

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
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (printPolicy) {
      out.println(Permissions.ofAccount());
      out.flush();
      return 0;
    }
    if (printCompletion) {
      out.println(AutoComplete.bash(spec.name(), spec.commandLine()));
      out.flush();
      return 0;
    }
    Set<OutputFormat> wanted = wantedFormats();
    AuditParameters parameters = parameters();
    // Before the search, so that nobody waits for the error.
    Optional<EarlierReport> compared = earlier.map(EarlierReport::read);
    Optional<ReportFiles> files = output.map(ReportFiles::new);
    if (files.isPresent()) {
      files.get().prepare();
    }
    Progress progress = terminal.progress(spec.commandLine().getErr());
    AwsCredentialsProvider credentials = credentials();
    Audit audit = audit(credentials, parameters, progress);
    requireCredentials(credentials);
    AuditReport report;
    try {
      report = audit.run(parameters, Deadline.in(LONGEST.toMillis(), clock));
    } finally {
      progress.tell("");
    }
    AuditReport found = report;
    write(compared.map(one -> one.compareWith(found)).orElse(found), wanted, files);
    return report.exitCode();
  }

  private Audit audit(
      AwsCredentialsProvider credentials, AuditParameters parameters, Progress progress) {
    return new Audit(
        Clients.of(Region.of(parameters.region()), credentials),
        SearchSettings.ofAudit(String.join(",", regions), String.join(",", usageExceptions)),
        Build.ofThisProgram(),
        clock,
        progress);
  }

  /**
   * The caller's credentials. As with the AWS CLI, a profile that is named goes before those of the
   * environment.
   */
  private AwsCredentialsProvider credentials() {
    return profile
        .<AwsCredentialsProvider>map(ProfileCredentialsProvider::create)
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }

  /** Asks for them once, so that the error is about them and not about the first call. */
  private static void requireCredentials(AwsCredentialsProvider credentials) {
    try {
      credentials.resolveCredentials();
    } catch (SdkException | IllegalArgumentException | IllegalStateException e) {
      throw new NoCredentialsException(e);
    }
  }

  private void write(AuditReport report, Set<OutputFormat> wanted, Optional<ReportFiles> files)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, ReportFiles.Content> contents = new LinkedHashMap<>();
    for (OutputFormat format : wanted) {
      if (format.fileName().isEmpty() || files.isEmpty()) {
        format.writer(terminal).write(report, out);
      } else {
        contents.put(
            format.fileName().get(), content -> format.writer(terminal).write(report, content));
      }
    }
    if (files.isPresent()) {
      files.get().write(contents);
      contents.keySet().forEach(name -> out.println("Written: " + output.get().resolve(name)));
    }
    if (out.checkError()) {
      throw new IOException("The report could not be written to the standard output.");
    }
  }

  private Set<OutputFormat> wantedFormats() {
    Set<OutputFormat> wanted = new LinkedHashSet<>();
    for (String name : formats) {
      wanted.add(
          OutputFormat.named(name)
              .orElseThrow(() ->
                  wrong(
                      "--format is "
                          + InvalidInputException.quote(name)
                          + ". Give some of "
                          + OutputFormat.names()
                          + ".")));
    }
    if (wanted.isEmpty()) {
      return output.isPresent() ? EnumSet.allOf(OutputFormat.class) : Set.of(OutputFormat.TABLE);
    }
    if (output.isEmpty() && wanted.size() > 1) {
      throw wrong("--format names " + wanted.size() + " formats. For more than one give --output.");
    }
    return wanted;
  }

  private AuditParameters parameters() {
    if (days < 0 || days > MOST_DAYS) {
      throw wrong("--days is " + days + ". Give a whole number from 0 to " + MOST_DAYS + ".");
    }
    String home = region.orElseGet(this::configuredRegion);
    if (!UsageRegions.isName(home)) {
      throw wrong(
          "The region is "
              + InvalidInputException.quote(home)
              + ", which is not the name of a region. Give --region a name like eu-west-1.");
    }
    return new AuditParameters(days, home, regions, usageExceptions, !noUsage, !noDetails);
  }

  /** As the AWS CLI finds it. The SDK for Java does not know AWS_DEFAULT_REGION. */
  private String configuredRegion() {
    String byDefault = environment.getOrDefault("AWS_DEFAULT_REGION", "");
    if (!byDefault.isEmpty() && environment.getOrDefault("AWS_REGION", "").isEmpty()) {
      return byDefault;
    }
    DefaultAwsRegionProviderChain.Builder chain = DefaultAwsRegionProviderChain.builder();
    profile.ifPresent(chain::profileName);
    try {
      return chain.build().getRegion().id();
    } catch (SdkClientException e) {
      throw wrong("No region is configured. Give --region, or set AWS_REGION.");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
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
