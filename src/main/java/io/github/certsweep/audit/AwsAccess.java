package io.github.certsweep.audit;

import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.usage.UsageRegions;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * The caller's region and credentials, found as the AWS CLI finds them.
 *
 * @param profile the profile that the caller names
 * @param givenRegion the region that the caller names
 * @param environment the process's
 */
record AwsAccess(
    Optional<String> profile, Optional<String> givenRegion, Map<String, String> environment) {
  /**
   * The name of the region.
   *
   * @throws InvalidInputException if there is none, or it is no region's name
   */
  String region() {
    String name = givenRegion.orElseGet(this::configuredRegion);
    if (!UsageRegions.isName(name)) {
      throw new InvalidInputException(
          "The region is "
              + InvalidInputException.quote(name)
              + ", which is not the name of a region. Give --region a name like eu-west-1.");
    }
    return name;
  }

  /** The SDK for Java does not know AWS_DEFAULT_REGION. */
  private String configuredRegion() {
    String byDefault = environment.getOrDefault("AWS_DEFAULT_REGION", "");
    if (!byDefault.isEmpty() && environment.getOrDefault("AWS_REGION", "").isEmpty()) {
      return byDefault;
    }
    DefaultAwsRegionProviderChain.Builder chain = DefaultAwsRegionProviderChain.builder();
    profile.ifPresent(chain::profileName);
    try {
      return chain.build().getRegion().id();
    } catch (SdkClientException e) {
      throw new InvalidInputException("No region is configured. Give --region, or set AWS_REGION.");
    }
  }

  /** The caller's credentials, which may turn out to be none. */
  AwsCredentialsProvider credentials() {
    return profile
        .<AwsCredentialsProvider>map(ProfileCredentialsProvider::create)
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }

  /**
   * Asks for them once, so that an error is about them and not about the first call.
   *
   * @throws NoCredentialsException if there are none
   */
  static void require(AwsCredentialsProvider credentials) {
    try {
      credentials.resolveCredentials();
    } catch (SdkException | IllegalArgumentException | IllegalStateException e) {
      throw new NoCredentialsException(e);
    }
  }
}
