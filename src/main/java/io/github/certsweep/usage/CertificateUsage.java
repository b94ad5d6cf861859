package io.github.certsweep.usage;

import java.util.List;

/**
 * Who uses one certificate, as far as the search could see.
 *
 * @param users what was found, sorted by label
 * @param unchecked the places that could not be searched; the certificate may be in use there
 * @param forgiven the places that could not be searched, where the operator allows that
 * @param notes what else the operator should know, a sentence or two each
 * @param checks how many places had to be searched
 */
public record CertificateUsage(
    List<CertificateUser> users,
    List<UncheckedPlace> unchecked,
    List<UncheckedPlace> forgiven,
    List<String> notes,
    int checks) {
  public CertificateUsage {
    users = List.copyOf(users);
    unchecked = List.copyOf(unchecked);
    forgiven = List.copyOf(forgiven);
    notes = List.copyOf(notes);
  }

  public boolean inUse() {
    return !users.isEmpty();
  }

  /**
   * Whether nothing uses it, and every place was searched that the operator did not except. If
   * nothing was searched, this is false.
   */
  public boolean isUnused() {
    return users.isEmpty() && unchecked.isEmpty() && checks > 0;
  }

  /** Like {@link #sentence}, but with the word: {@code "In use by 1 resource: ..."}. */
  public String longSentence(int maxLength) {
    return sentence(maxLength - " resources".length())
        .replaceFirst("^In use by 1:", "In use by 1 resource:")
        .replaceFirst("^In use by ([0-9]+):", "In use by $1 resources:");
  }

  /**
   * One or two sentences, worst news first: {@code "In use by 2: ALB listener ..., CloudFront
   * E2AB."}, {@code "Usage unknown: 3 of 68 checks failed (eu-west-3 appsync: AccessDenied)."},
   * {@code "Not in use."}, {@code "Not in use. Not checked (allowed by UsageExceptions): ..."}
   *
   * @param maxLength in characters; names that don't fit become {@code "and 3 more"}
   */
  public String sentence(int maxLength) {
    if (isUnused()) {
      return forgiven.isEmpty()
          ? "Not in use."
          : named(
              "Not in use. Not checked (allowed by UsageExceptions): ",
              forgiven.stream().map(UncheckedPlace::label).toList(),
              ".",
              maxLength);
    }
    if (checks == 0) {
      return "Usage unknown: nothing was searched.";
    }
    String failed = failedChecks();
    if (!inUse()) {
      return named(
          "Usage unknown: " + failed + " (",
          unchecked.stream().map(UncheckedPlace::label).toList(),
          ").",
          maxLength);
    }
    String tail = unchecked.isEmpty() ? "" : " " + failed + ".";
    return named(
        "In use by " + users.size() + ": ",
        users.stream().map(CertificateUser::label).toList(),
        "." + tail,
        maxLength);
  }

  private String failedChecks() {
    return UncheckedPlace.places(unchecked) + " of " + checks + " checks failed";
  }

  private static String named(String head, List<String> names, String tail, int maxLength) {
    int room = maxLength - head.length() - tail.length();
    StringBuilder text = new StringBuilder();
    int named = 0;
    for (String name : names) {
      String next = (named == 0 ? "" : ", ") + name;
      int left = names.size() - named - 1;
      int needed = left == 0 ? 0 : (" and " + left + " more").length();
      if (text.length() + next.length() + needed > room) {
        break;
      }
      text.append(next);
      named++;
    }
    int left = names.size() - named;
    if (left > 0) {
      text.append(named == 0 ? left + " not named here" : " and " + left + " more");
    }
    return head + text + tail;
  }
}
