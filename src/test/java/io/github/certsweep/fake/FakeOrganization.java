package io.github.certsweep.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.services.organizations.OrganizationsClient;
import software.amazon.awssdk.services.organizations.model.Account;
import software.amazon.awssdk.services.organizations.model.AccountState;
import software.amazon.awssdk.services.organizations.model.ListAccountsRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsResponse;

/** AWS Organizations with the accounts that it is given, 20 a page at most. */
public final class FakeOrganization implements OrganizationsClient {
  private static final int PAGE_SIZE = 20;

  private final List<Account> accounts = new ArrayList<>();
  private Supplier<RuntimeException> refusal;
  private Runnable beforeAnswer = () -> {};
  private String repeatedToken;

  public final List<ListAccountsRequest> requests = new ArrayList<>();

  public FakeOrganization with(String id, String name) {
    return with(account -> account.id(id).name(name).state(AccountState.ACTIVE));
  }

  public FakeOrganization with(Consumer<Account.Builder> account) {
    accounts.add(Account.builder().applyMutation(account).build());
    return this;
  }

  public FakeOrganization refusing(Supplier<RuntimeException> failure) {
    refusal = failure;
    return this;
  }

  /** Does this before each answer. */
  public FakeOrganization beforeAnswer(Runnable change) {
    beforeAnswer = change;
    return this;
  }

  /** Announces the same next page with every answer. */
  public FakeOrganization repeatingToken(String token) {
    repeatedToken = token;
    return this;
  }

  @Override
  public ListAccountsResponse listAccounts(ListAccountsRequest request) {
    requests.add(request);
    beforeAnswer.run();
    if (refusal != null) {
      throw refusal.get();
    }
    int start = repeatedToken == null ? start(request) : 0;
    int end = Math.min(start + Math.min(PAGE_SIZE, request.maxResults()), accounts.size());
    String next = end < accounts.size() ? String.valueOf(end) : null;
    return ListAccountsResponse.builder()
        .accounts(accounts.subList(start, end))
        .nextToken(repeatedToken == null ? next : repeatedToken)
        .build();
  }

  private static int start(ListAccountsRequest request) {
    return request.nextToken() == null ? 0 : Integer.parseInt(request.nextToken());
  }

  @Override
  public String serviceName() {
    return "organizations";
  }

  @Override
  public void close() {}
}
