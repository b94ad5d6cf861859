package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.usage.SearchSettings.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.account.AccountClient;
import software.amazon.awssdk.services.account.model.ListRegionsRequest;
import software.amazon.awssdk.services.account.model.RegionOptStatus;

/**
 * The regions to search: those that the operator named, or else all that are enabled for the
 * account. Thread-safe.
 */
public final class UsageRegions {
  private static final AwsCall LIST = new AwsCall("account:ListRegions");
  private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}");

  private final List<Region> named;
  private final Region home;
  private final Supplier<AccountClient> account;

  UsageRegions(List<Region> named, Region home, Supplier<AccountClient> account) {
    this.named = named;
    this.home = home;
    this.account = account;
  }

  /**
   * Reads the setting.
   *
   * @param setting comma-separated names of regions; blank means all regions enabled for the
   *     account
   * @throws InvalidInputException if a name does not have the form of a region's
   */
  public static UsageRegions parse(Setting setting, Clients clients) {
    return parse(
        setting,
        clients.region(),
        () -> clients.forSearch(AccountClient.builder(), clients.region()));
  }

  static UsageRegions parse(Setting setting, Region home, Supplier<AccountClient> account) {
    List<Region> named =
        Arrays.stream(setting.value().split(",", -1))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .distinct()
            .map(name -> region(setting, name))
            .toList();
    return new UsageRegions(named, home, account);
  }

  /** Whether this has the form of a region's name. */
  public static boolean isName(String name) {
    return REGION.matcher(name).matches();
  }

  private static Region region(Setting setting, String name) {
    if (!isName(name)) {
      throw new InvalidInputException(
          setting.name()
              + " contains "
              + InvalidInputException.quote(name)
              + ", which is not the name of a region. Use names like eu-west-1, separated by commas, or nothing to search"
              + " all regions enabled for the account. "
              + setting.remedy());
    }
    return Region.of(name);
  }

  /** The region the function runs in. Global services are searched from here. */
  Region home() {
    return home;
  }

  /**
   * The regions to search.
   *
   * @throws AwsCallException if the enabled ones can't be listed
   */
  List<Region> list(Deadline deadline) {
    if (!named.isEmpty()) {
      return named;
    }
    // GovCloud and the isolated partitions have no Account Management, and no regions to opt in to.
    return Partitions.offer(AccountClient.serviceMetadata(), home)
        ? enabled(deadline)
        : Partitions.regionsOfPartition(home);
  }

  private List<Region> enabled(Deadline deadline) {
    try (AccountClient client = account.get()) {
      List<Region> regions =
          LIST.make(
              deadline,
              limit -> {
                ListRegionsRequest request =
                    ListRegionsRequest.builder()
                        .maxResults(50)
                        // A region that is being enabled or disabled may contain resources.
                        .regionOptStatusContains(
                            RegionOptStatus.ENABLED,
                            RegionOptStatus.ENABLED_BY_DEFAULT,
                            RegionOptStatus.ENABLING,
                            RegionOptStatus.DISABLING)
                        .overrideConfiguration(limit)
                        .build();
                return client.listRegionsPaginator(request).regions().stream()
                    .map(region -> Region.of(region.regionName()))
                    .toList();
              });
      LIST.require(
          regions.contains(home),
          "The answer does not contain the function's own region, " + home + ".");
      return regions;
    }
  }
}
