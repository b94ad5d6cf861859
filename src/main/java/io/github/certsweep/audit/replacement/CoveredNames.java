package io.github.certsweep.audit.replacement;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The names that a certificate is valid for. A wildcard stands for one whole label at the left (RFC
 * 6125, 6.4.3; RFC 9525, 6.3), so {@code *.example.com} covers neither {@code example.com} nor
 * {@code a.b.example.com}.
 */
record CoveredNames(Collection<String> names) {
  CoveredNames {
    names = List.copyOf(names);
  }

  /** Whether clients that accept one of these names accept this certificate for it. */
  boolean coverAll(Collection<String> needed) {
    return !needed.isEmpty() && needed.stream().allMatch(this::cover);
  }

  private boolean cover(String needed) {
    String wanted = canonical(needed);
    return names.stream().map(CoveredNames::canonical).anyMatch(name -> covers(name, wanted));
  }

  private static boolean covers(String name, String wanted) {
    if (name.equals(wanted)) {
      return true;
    }
    int dot = wanted.indexOf('.');
    return name.startsWith("*.")
        && dot > 0
        && wanted.indexOf('*') < 0
        && isNotAnAddress(wanted)
        && wanted.substring(dot).equals(name.substring(1));
  }

  /** Wildcards are for host names only. */
  private static boolean isNotAnAddress(String name) {
    return name.chars().anyMatch(one -> one != '.' && (one < '0' || one > '9'))
        && name.indexOf(':') < 0;
  }

  private static String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
