package io.github.certsweep.usage;

import io.github.certsweep.input.Text;
import java.util.Collection;
import java.util.Comparator;

/**
 * A place that could not be searched, so nothing is known about it.
 *
 * @param service the SDK's name of the service
 * @param region the region's name, or {@code "global"}
 * @param code the error's code, for example {@code "AccessDenied"}
 * @param error the code and the reason, in one line
 */
public record UncheckedPlace(String service, String region, String code, String error) {
  static final Comparator<UncheckedPlace> BY_PLACE =
      Comparator.comparing(UncheckedPlace::region).thenComparing(UncheckedPlace::service);

  public UncheckedPlace {
    error = Text.oneLine(error);
  }

  /** What a person reads, for example {@code "eu-west-3 appsync: AccessDenied"}. */
  public String label() {
    return region + " " + service + ": " + code;
  }

  /** The number of different places: one place can have several unchecked resources. */
  static int places(Collection<UncheckedPlace> all) {
    return Math.toIntExact(
        all.stream().map(one -> one.region() + " " + one.service()).distinct().count());
  }
}
