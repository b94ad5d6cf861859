package io.github.certsweep.audit.organization;

import io.github.certsweep.aws.AwsCall;
import io.github.certsweep.aws.AwsCallException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.services.organizations.OrganizationsClient;
import software.amazon.awssdk.services.organizations.model.Account;
import software.amazon.awssdk.services.organizations.model.ListAccountsRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsResponse;

/** The accounts of the organization. Thread-safe. */
final class OrganizationAccounts {
  private static final AwsCall LIST = new AwsCall("organizations:ListAccounts");

  /** The most that AWS Organizations allows. */
  private static final int PAGE_SIZE = 20;

  private final OrganizationsClient organizations;
  private final Pages pages;

  OrganizationAccounts(OrganizationsClient organizations, Pages pages) {
    this.organizations = organizations;
    this.pages = pages;
  }

  /**
   * All accounts, by their 12 digits.
   *
   * @throws AwsCallException if any page can't be read: without it, an account could be missing
   *     unseen
   */
  Map<String, Member> list(Consumer<String> progress) {
    Map<String, Member> members = new HashMap<>();
    pages.read(
        LIST,
        (token, limit) ->
            organizations.listAccounts(
                ListAccountsRequest.builder()
                    .maxResults(PAGE_SIZE)
                    .nextToken(token.orElse(null))
                    .overrideConfiguration(limit)
                    .build()),
        ListAccountsResponse::nextToken,
        page -> {
          LIST.require(page.hasAccounts(), "The answer contains no list of accounts.");
          for (Account account : page.accounts()) {
            LIST.require(account.id() != null, "An account in the answer has no Id.");
            members.put(
                account.id(),
                new Member(account.id(), Optional.ofNullable(account.name()), isActive(account)));
          }
          progress.accept(
              String.format(Locale.ROOT, "Accounts of the organization: %,d", members.size()));
          return true;
        });
    // The organization has at least the account that manages it.
    LIST.require(!members.isEmpty(), "The answer contains no account at all.");
    return members;
  }

  /**
   * AWS retired {@code Status} in September 2026 in favor of {@code State}. An account that has
   * neither counts as active, so that it can't go missing unseen.
   */
  private static boolean isActive(Account account) {
    String state =
        Optional.ofNullable(account.stateAsString())
            .or(() -> Optional.ofNullable(account.statusAsString()))
            .orElse("ACTIVE");
    return switch (state) {
      case "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION" -> false;
      default -> true;
    };
  }
}
