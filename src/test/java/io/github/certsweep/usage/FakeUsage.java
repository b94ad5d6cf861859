package io.github.certsweep.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.fake.World;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;

/**
 * A service in one region that finds what it was told, or fails, and counts how often it was
 * searched.
 */
public final class FakeUsage implements UsageSource {
  private final String service;
  private final List<Reference> references;
  private final List<RuntimeException> failure;
  private final AtomicInteger searches = new AtomicInteger();

  private FakeUsage(String service, List<Reference> references, List<RuntimeException> failure) {
    this.service = service;
    this.references = references;
    this.failure = failure;
  }

  /** Finds references to these certificates (ARN or id), each by a listener of its own. */
  public static FakeUsage of(String... certificates) {
    List<Reference> references =
        List.of(certificates).stream()
            .map(one ->
                new Reference(
                    one, new Use("fake", "eu-west-1", "arn:" + one, "default", "User of " + one)))
            .toList();
    return new FakeUsage("fake", references, List.of());
  }

  public static FakeUsage denied() {
    return new FakeUsage("fake", List.of(), List.of(World.iamError(403, "AccessDenied", "No")));
  }

  static FakeUsage failing(String service, RuntimeException failure, Reference... foundBefore) {
    return new FakeUsage(service, List.of(foundBefore), List.of(failure));
  }

  /** Finds the same, and then fails. */
  public FakeUsage andThenFailing(RuntimeException exception) {
    return new FakeUsage(service, references, List.of(exception));
  }

  /** A search of this service alone, in eu-west-1. */
  public UsageSearch search() {
    return new UsageSearch(() -> List.of(this), regions(Region.EU_WEST_1));
  }

  public int searches() {
    return searches.get();
  }

  static UsageRegions regions(Region... named) {
    return new UsageRegions(
        List.of(named),
        Region.EU_WEST_1,
        () -> {
          throw new AssertionError("The regions are named: nobody has to be asked.");
        });
  }

  @Override
  public String service() {
    return service;
  }

  @Override
  public boolean isGlobal() {
    return false;
  }

  @Override
  public boolean isKnownIn(Region region) {
    return !region.id().startsWith("mx-");
  }

  @Override
  public void search(
      Region region, Bulkhead bulkhead, Deadline deadline, Consumer<Reference> found) {
    searches.incrementAndGet();
    assertThat(deadline.timeoutFor("fake:Search")).isPositive();
    references.forEach(found);
    for (RuntimeException exception : failure) {
      throw exception instanceof SdkException e ? AwsCallException.of("fake:Search", e) : exception;
    }
  }

  static SdkException unknownHost() {
    return SdkException.builder()
        .message("Unable to execute HTTP request")
        .cause(
            new java.io.IOException(
                new java.net.UnknownHostException("appsync.mx-central-1.amazonaws.com")))
        .build();
  }
}
