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
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * A service in one region that finds what it was told, or fails, and counts how often it was
 * searched.
 */
public final class FakeUsage implements UsageSource<SdkAutoCloseable> {
  private final String service;
  private final List<CertificateReference> references;
  private final List<RuntimeException> failure;
  private final int failures;
  private final AtomicInteger searches = new AtomicInteger();

  private FakeUsage(
      String service,
      List<CertificateReference> references,
      List<RuntimeException> failure,
      int failures) {
    this.service = service;
    this.references = references;
    this.failure = failure;
    this.failures = failures;
  }

  /** Finds references to these certificates (ARN or id), each by a listener of its own. */
  public static FakeUsage of(String... certificates) {
    List<CertificateReference> references =
        List.of(certificates).stream()
            .map(one ->
                new CertificateReference(
                    one,
                    !one.startsWith("arn:"),
                    new CertificateUser(
                        "fake", "eu-west-1", "arn:" + one, "default", "User of " + one)))
            .toList();
    return new FakeUsage("fake", references, List.of(), Integer.MAX_VALUE);
  }

  /** Finds that an Application Load Balancer's listener presents this certificate. */
  public static FakeUsage byListener(String arn) {
    CertificateUser listener =
        new CertificateUser(
            "elasticloadbalancingv2", "eu-west-1", "arn:listener", "default", "ALB listener");
    return new FakeUsage(
        "fake",
        List.of(new CertificateReference(arn, false, listener)),
        List.of(),
        Integer.MAX_VALUE);
  }

  public static FakeUsage denied() {
    return new FakeUsage(
        "fake", List.of(), List.of(World.iamError(403, "AccessDenied", "No")), Integer.MAX_VALUE);
  }

  static FakeUsage failing(
      String service, RuntimeException failure, CertificateReference... foundBefore) {
    return new FakeUsage(service, List.of(foundBefore), List.of(failure), Integer.MAX_VALUE);
  }

  /** Fails once, and then finds the same. */
  FakeUsage failingOnce(RuntimeException exception) {
    return new FakeUsage(service, references, List.of(exception), 1);
  }

  /** Finds the same, and then fails. */
  public FakeUsage andThenFailing(RuntimeException exception) {
    return new FakeUsage(service, references, List.of(exception), Integer.MAX_VALUE);
  }

  /** A search of this service alone, in eu-west-1. */
  public UsageSearch search() {
    return search(List.of(this), Region.EU_WEST_1);
  }

  /** A search of these services that waits for nothing, where every region's name resolves. */
  static UsageSearch search(List<? extends UsageSource<?>> sources, Region... named) {
    return new UsageSearch(
        () -> List.copyOf(sources),
        regions(named),
        UsageExceptions.NONE,
        region -> true,
        duration -> {});
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
  public boolean isKnownIn(Region region) {
    return !region.id().startsWith("mx-");
  }

  @Override
  public SdkAutoCloseable client(Region region) {
    return () -> {};
  }

  @Override
  public List<ListedResource> list(
      SdkAutoCloseable client,
      Region region,
      Deadline deadline,
      Consumer<CertificateReference> found) {
    searches.incrementAndGet();
    assertThat(deadline.timeoutFor("fake:Search")).isPositive();
    if (failures == Integer.MAX_VALUE || searches.get() > failures) {
      references.forEach(found);
    }
    for (RuntimeException exception :
        searches.get() > failures ? List.<RuntimeException>of() : failure) {
      throw exception instanceof SdkException e ? AwsCallException.of("fake:Search", e) : exception;
    }
    return List.of();
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
