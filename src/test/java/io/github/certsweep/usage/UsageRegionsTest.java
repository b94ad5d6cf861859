package io.github.certsweep.usage;

import static io.github.certsweep.fake.World.CLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.input.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.account.AccountClient;
import software.amazon.awssdk.services.account.model.AccountException;
import software.amazon.awssdk.services.account.model.ListRegionsRequest;
import software.amazon.awssdk.services.account.model.ListRegionsResponse;
import software.amazon.awssdk.services.account.model.RegionOptStatus;

class UsageRegionsTest {
  private final FakeAccount account = new FakeAccount();

  @Test
  void namedRegionsAreTakenAsTheyAre() {
    assertThat(
            parse(" eu-west-1, us-gov-west-1 ,ap-southeast-2,eu-west-1,")
                .list(Deadline.in(9_000, CLOCK)))
        .extracting(Region::id)
        .containsExactly("eu-west-1", "us-gov-west-1", "ap-southeast-2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Ireland", "eu-west", "eu_west_1", "EU-WEST-1", "eu-west-1;us-east-1", "*"})
  void whatCanNotBeARegionIsRefused(String setting) {
    assertThatThrownBy(() -> parse(setting))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"" + setting + "\"");
  }

  @Test
  void withoutASettingTheEnabledRegionsAreSearched() {
    account.pages.add("eu-west-1");
    account.pages.add("ap-east-1");
    assertThat(enabled(Region.EU_WEST_1))
        .extracting(Region::id)
        .containsExactly("eu-west-1", "ap-east-1");
    assertThat(account.request.regionOptStatusContains())
        .containsExactlyInAnyOrder(
            RegionOptStatus.ENABLED,
            RegionOptStatus.ENABLED_BY_DEFAULT,
            RegionOptStatus.ENABLING,
            RegionOptStatus.DISABLING);
  }

  @Test
  void anAnswerWithoutTheHomeRegionIsNotReliedOn() {
    account.pages.add("us-east-1");
    assertThatThrownBy(() -> enabled(Region.EU_WEST_1))
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("does not contain the function's own region, eu-west-1");
  }

  @Test
  void aDenialIsAnError() {
    account.denied = true;
    assertThatThrownBy(() -> enabled(Region.EU_WEST_1))
        .isInstanceOf(AwsCallException.class)
        .hasMessageStartingWith("account:ListRegions failed: AccessDeniedException");
  }

  @Test
  void withoutAccountManagementThePartitionsRegionsAreSearched() {
    assertThat(enabled(Region.US_GOV_WEST_1))
        .extracting(Region::id)
        .containsExactlyInAnyOrder("us-gov-west-1", "us-gov-east-1");
    assertThat(account.request).isNull();
  }

  @Test
  void aDeniedListingLeavesEverythingUncheckedButSearchesTheHomeRegion() {
    account.denied = true;
    FakeUsage source = FakeUsage.of();
    UsageReport report =
        new UsageSearch(
                () -> List.of(source),
                regions(Region.EU_WEST_1),
                UsageExceptions.NONE,
                region -> true,
                duration -> {})
            .search(List.of(), Deadline.in(60_000, CLOCK));
    assertThat(source.searches()).isEqualTo(1);
    assertThat(report.unchecked())
        .extracting(UncheckedPlace::label)
        .containsExactly("global account: AccessDeniedException");
    assertThat(report.checks()).isEqualTo(2);
  }

  private static UsageRegions parse(String setting) {
    return UsageRegions.parse(
        new SearchSettings.Setting("USAGE_REGIONS", setting, "Correct it."),
        Region.EU_WEST_1,
        () -> {
          throw new AssertionError("not asked");
        });
  }

  private List<Region> enabled(Region home) {
    return regions(home).list(Deadline.in(60_000, CLOCK));
  }

  private UsageRegions regions(Region home) {
    return new UsageRegions(List.of(), home, () -> account);
  }

  private static final class FakeAccount implements AccountClient {
    final List<String> pages = new ArrayList<>();
    boolean denied;
    ListRegionsRequest request;

    @Override
    public ListRegionsResponse listRegions(ListRegionsRequest asked) {
      request = asked;
      if (denied) {
        throw AccountException.builder()
            .statusCode(403)
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode("AccessDeniedException")
                    .errorMessage("No")
                    .build())
            .build();
      }
      int page = asked.nextToken() == null ? 0 : Integer.parseInt(asked.nextToken());
      return ListRegionsResponse.builder()
          .regions(
              software.amazon.awssdk.services.account.model.Region.builder()
                  .regionName(pages.get(page))
                  .build())
          .nextToken(page + 1 < pages.size() ? String.valueOf(page + 1) : null)
          .build();
    }

    @Override
    public String serviceName() {
      return "account";
    }

    @Override
    public void close() {}
  }
}
