package io.github.certsweep.audit.page;

import static java.util.stream.Collectors.groupingBy;

import io.github.certsweep.usage.UncheckedPlace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The places that could not be searched, short enough for the top of the page, and none left out.
 *
 * @param places how many places; one place can have several unchecked resources
 * @param reasons the places by service and error
 */
record NotChecked(long places, List<Reason> reasons) {
  /**
   * Places of one service that failed for one reason.
   *
   * @param example the first of their errors: they differ only in what they name
   */
  record Reason(String service, String code, List<String> regions, String example) {}

  static NotChecked of(List<UncheckedPlace> unchecked) {
    List<Reason> reasons =
        unchecked.stream()
            .collect(
                groupingBy(
                    one -> List.of(one.service(), one.code()),
                    LinkedHashMap::new,
                    Collectors.toList()))
            .values()
            .stream()
            .map(NotChecked::reason)
            .toList();
    long places =
        unchecked.stream().map(one -> List.of(one.service(), one.region())).distinct().count();
    return new NotChecked(places, reasons);
  }

  private static Reason reason(List<UncheckedPlace> alike) {
    UncheckedPlace first = alike.getFirst();
    return new Reason(
        first.service(),
        first.code(),
        alike.stream().map(UncheckedPlace::region).distinct().toList(),
        first.error());
  }
}
