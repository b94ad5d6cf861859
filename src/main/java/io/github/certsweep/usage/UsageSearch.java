package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.ServerCertificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Searches all services and regions, in parallel, for users of server certificates. Thread-safe.
 */
public final class UsageSearch {
  private static final String GLOBAL = "global";

  /**
   * The JVM remembers for 10 s (in AWS Lambda 1 s) that a name could not be resolved. It caches
   * addresses for a shorter time; see {@link Clients}.
   */
  private static final Duration UNKNOWN_HOST_IS_FORGOTTEN = Duration.ofSeconds(11);

  private final Supplier<List<UsageSource<?>>> sources;
  private final UsageRegions regions;
  private final UsageExceptions exceptions;
  private final Predicate<Region> regionResolves;
  private final Pause pause;

  /**
   * Makes a search.
   *
   * @param sources called only if there is something to search: the interfaces of their clients are
   *     large, and would slow each cold start
   * @param regionResolves whether a host that must exist in the region can be resolved now
   */
  UsageSearch(
      Supplier<List<UsageSource<?>>> sources,
      UsageRegions regions,
      UsageExceptions exceptions,
      Predicate<Region> regionResolves,
      Pause pause) {
    this.sources = sources;
    this.regions = regions;
    this.exceptions = exceptions;
    this.regionResolves = regionResolves;
    this.pause = pause;
  }

  /**
   * The search as every function makes it. Makes no client yet.
   *
   * @throws io.github.certsweep.input.InvalidInputException if a setting is not allowed
   */
  public static UsageSearch with(Clients clients, SearchSettings settings) {
    return new UsageSearch(
        () -> sources(clients),
        UsageRegions.parse(settings.regions(), clients),
        UsageExceptions.parse(settings.exceptions(), () -> sources(clients)),
        region -> LoadBalancers.with(clients).hostResolves(region),
        settings.pause());
  }

  /**
   * Every service that can use an IAM server certificate. A new service is one new class and one
   * line here.
   */
  private static List<UsageSource<?>> sources(Clients clients) {
    return List.of(
        LoadBalancers.with(clients), // the longest chain of calls, so it starts first
        ClassicLoadBalancers.with(clients),
        CloudFrontDistributions.with(clients),
        AppSyncDomains.with(clients));
  }

  /**
   * Searches until everything is done or time is up. Never fails: the report lists what could not
   * be searched as unchecked.
   *
   * @param listed all certificates of the account; a reference to any other may make the report
   *     incomplete
   */
  public UsageReport search(Collection<ServerCertificate> listed, Deadline deadline) {
    Queue<CertificateReference> references = new ConcurrentLinkedQueue<>();
    List<UncheckedPlace> failed = new ArrayList<>();
    Map<Check<?>, Future<Boolean>> checks = new LinkedHashMap<>();
    Semaphore permits = Bulkhead.permitsOfAll();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (Check<?> check : checks(failed, deadline)) {
        Bulkhead bulkhead = new Bulkhead(threads, permits);
        checks.put(check, threads.submit(() -> check.run(bulkhead, deadline, references::add)));
      }
      boolean knowsRegions = failed.isEmpty();
      int made = failed.size();
      for (Map.Entry<Check<?>, Future<Boolean>> entry : checks.entrySet()) {
        made += await(entry.getKey(), entry.getValue(), failed, deadline) ? 1 : 0;
      }
      List<UncheckedPlace> forgiven =
          failed.stream().filter(exceptions::forgives).sorted(UncheckedPlace.BY_PLACE).toList();
      failed.removeAll(forgiven);
      List<String> notes = knowsRegions ? exceptions.obsolete(forgiven) : List.of();
      return new UsageReport(made, List.copyOf(references), failed, forgiven, notes)
          .against(listed);
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Check<?>> checks(List<UncheckedPlace> failed, Deadline deadline) {
    List<Region> searched;
    try {
      searched = regions.list(deadline);
    } catch (AwsCallException e) {
      failed.add(new UncheckedPlace("account", GLOBAL, e.code(), e.getMessage()));
      searched = List.of(regions.home());
    }
    List<Check<?>> checks = new ArrayList<>();
    for (UsageSource<?> source : sources.get()) {
      for (Region region : source.isGlobal() ? List.of(regions.home()) : searched) {
        if (!source.isForeignIn(region)) {
          checks.add(new Check<>(source, region, regionResolves, pause));
        }
      }
    }
    return checks;
  }

  /** Whether the check counts. It does not if the region does not offer the service. */
  private static boolean await(
      Check<?> check, Future<Boolean> result, List<UncheckedPlace> failed, Deadline deadline) {
    try {
      return result.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      failed.add(
          check.unchecked(
              "OutOfTime",
              "OutOfTime: the search did not finish in time. Increase the stack's MemorySize. If AWS throttled the calls, ask"
                  + " AWS to raise the API rate limit of this service."));
    } catch (ExecutionException e) {
      failed.add(check.unchecked(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed.add(check.unchecked("Interrupted", "Interrupted: the search was ended."));
    }
    return true;
  }

  /** One service in one region. */
  private record Check<C extends SdkAutoCloseable>(
      UsageSource<C> source, Region region, Predicate<Region> regionResolves, Pause pause) {
    /**
     * Hands over the references found; false if the region does not offer the service. That a host
     * can't be resolved is no proof, since the resolver may have failed. It counts only if it
     * happens again, after the JVM forgot the first answer, while a host that must exist can be
     * resolved.
     */
    boolean run(Bulkhead bulkhead, Deadline deadline, Consumer<CertificateReference> found) {
      try {
        search(bulkhead, deadline, found);
        return true;
      } catch (AwsCallException e) {
        if (source.isKnownIn(region)
            || !e.isUnknownHost()
            || !pause.within(deadline, UNKNOWN_HOST_IS_FORGOTTEN)) {
          throw e;
        }
      }
      try {
        search(bulkhead, deadline, found);
        return true;
      } catch (AwsCallException e) {
        if (e.isUnknownHost() && regionResolves.test(region)) {
          return false;
        }
        throw e;
      }
    }

    private void search(
        Bulkhead bulkhead, Deadline deadline, Consumer<CertificateReference> found) {
      try (C client = source.client(region)) {
        new PlaceSearch(bulkhead, deadline, pause)
            .run(
                new ListedResource(
                    source.service(), () -> source.list(client, region, deadline, found)));
      }
    }

    UncheckedPlace unchecked(Throwable failure) {
      if (failure instanceof AwsCallException call) {
        return unchecked(call.code(), call.getMessage());
      }
      return unchecked(failure.getClass().getSimpleName(), failure.toString());
    }

    UncheckedPlace unchecked(String code, String error) {
      return new UncheckedPlace(
          source.service(), source.isGlobal() ? GLOBAL : region.id(), code, error);
    }
  }
}
