package io.github.certsweep.usage;

import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.usage.SearchSettings.Setting;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.regions.Region;

/**
 * The checks that may fail, as the operator says. If a region does not offer a service, its host
 * may answer nevertheless, with an error such as {@code AccessDenied}. No error proves that the
 * service is not there, so the operator has to say it.
 *
 * <p>The search asks these places too, and what it finds there counts.
 *
 * @param names {@code service/region}, with the SDK's names
 */
record UsageExceptions(Set<String> names) {
  static final UsageExceptions NONE = new UsageExceptions(Set.of());

  UsageExceptions {
    names = Set.copyOf(names);
  }

  /**
   * Reads the setting.
   *
   * @param setting comma-separated pairs; blank means none
   * @param sources called only if there is a pair to check
   * @throws InvalidInputException unless each pair is a regional service and a region where the SDK
   *     does not list it: nothing else may be hidden
   */
  static UsageExceptions parse(Setting setting, Supplier<List<UsageSource<?>>> sources) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : Arrays.stream(setting.value().split(",", -1)).map(String::strip).toList()) {
      if (!name.isEmpty()) {
        if (sources.get().stream().noneMatch(source -> admits(source, name))) {
          throw new InvalidInputException(
              setting.name()
                  + " contains "
                  + InvalidInputException.quote(name)
                  + ", which is not allowed. Use service/region, such as appsync/mx-central-1, for a service that the AWS"
                  + " SDK does not list in that region. "
                  + setting.remedy());
        }
        names.add(name);
      }
    }
    return new UsageExceptions(names);
  }

  private static boolean admits(UsageSource<?> source, String name) {
    String prefix = source.service() + "/";
    if (source.isGlobal() || !name.startsWith(prefix)) {
      return false;
    }
    String region = name.substring(prefix.length());
    return UsageRegions.isName(region) && !source.isKnownIn(Region.of(region));
  }

  boolean forgives(UncheckedPlace place) {
    return names.contains(name(place));
  }

  /** A note for each exception that was not needed. */
  List<String> obsolete(Collection<UncheckedPlace> forgiven) {
    List<String> needed = forgiven.stream().map(UsageExceptions::name).toList();
    return names.stream()
        .filter(name -> !needed.contains(name))
        .sorted()
        .map(name ->
            "The exception "
                + name
                + " is obsolete: the service answered, its host does not exist, or the region is not searched."
                + " Remove it from UsageExceptions.")
        .toList();
  }

  private static String name(UncheckedPlace place) {
    return place.service() + "/" + place.region();
  }
}
