package io.github.certsweep.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.input.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageExceptionsTest {
  private static final List<UsageSource<?>> SOURCES =
      List.of(
          new LoadBalancers(region -> {
            throw new AssertionError("No client is needed.");
          }),
          new ClassicLoadBalancers(region -> {
            throw new AssertionError("No client is needed.");
          }),
          new CloudFrontDistributions(region -> {
            throw new AssertionError("No client is needed.");
          }),
          new AppSyncDomains(region -> {
            throw new AssertionError("No client is needed.");
          }));

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", ",", " , "})
  void nothingIsExceptedByDefault(String setting) {
    assertThat(
            UsageExceptions.parse(
                    new SearchSettings.Setting("USAGE_EXCEPTIONS", setting, "Correct it."),
                    () -> {
                      throw new AssertionError("not needed");
                    })
                .names())
        .isEmpty();
  }

  @Test
  void appSyncMayBeExceptedWhereTheSdkDoesNotListIt() {
    assertThat(parse(" appsync/us-gov-west-1 ,appsync/xx-new-1,, appsync/xx-new-1").names())
        .containsExactlyInAnyOrder("appsync/us-gov-west-1", "appsync/xx-new-1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "appsync/eu-west-1",
        "elasticloadbalancing/eu-west-1",
        "elasticloadbalancing/us-gov-west-1",
        "elasticloadbalancingv2/eu-west-1",
        "elasticloadbalancingv2/xx-new-1",
        "cloudfront/global",
        "cloudfront/us-gov-west-1",
        "account/global",
        "appsync",
        "appsync/",
        "appsync/*",
        "appsync/global",
        "/us-gov-west-1",
        "AppSync/us-gov-west-1",
        "appsync/us-gov-west-1/x",
        "appsync us-gov-west-1",
        "nonsense"
      })
  void whateverElseWouldHideAPlaceIsRefusedByName(String name) {
    assertThatThrownBy(() -> parse("appsync/us-gov-west-1," + name))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("USAGE_EXCEPTIONS contains \"" + name + "\", which is not allowed")
        .hasMessageContaining("UsageExceptions");
  }

  @Test
  void anExceptionThatNobodyNeedsIsObsolete() {
    UsageExceptions exceptions = parse("appsync/us-gov-west-1,appsync/us-gov-east-1");
    UncheckedPlace west = new UncheckedPlace("appsync", "us-gov-west-1", "AccessDenied", "No.");
    assertThat(exceptions.forgives(west)).isTrue();
    assertThat(exceptions.forgives(new UncheckedPlace("appsync", "eu-west-1", "X", "X"))).isFalse();
    assertThat(exceptions.obsolete(List.of(west)))
        .singleElement()
        .asString()
        .startsWith("The exception appsync/us-gov-east-1 is obsolete");
  }

  private static UsageExceptions parse(String setting) {
    return UsageExceptions.parse(
        new SearchSettings.Setting("USAGE_EXCEPTIONS", setting, "Correct UsageExceptions."),
        () -> SOURCES);
  }
}
