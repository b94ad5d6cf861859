package io.github.certsweep.audit.organization;

import java.util.Set;

/**
 * Where an aggregator collects from.
 *
 * @param organization whether it collects from every account of the organization
 * @param accounts the accounts that it names
 * @param regions the regions that it names; empty means all
 */
record Aggregator(boolean organization, Set<String> accounts, Set<String> regions) {
  Aggregator {
    accounts = Set.copyOf(accounts);
    regions = Set.copyOf(regions);
  }

  boolean collectsFrom(String account) {
    return organization || accounts.contains(account);
  }
}
