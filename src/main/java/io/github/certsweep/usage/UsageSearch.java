package io.github.certsweep.usage;

import io.github.certsweep.aws.AwsCallException;
import io.github.certsweep.aws.Clients;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.ServerCertificate;
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
import java.util.function.Supplier;
import software.amazon.awssdk.regions.Region;

/**
 * Looks for the users of server certificates in all services and regions, side by side.
 * Thread-safe.
 */
public final class UsageSearch {
  private static final String GLOBAL = "global";

  private final Supplier<List<UsageSource>> sources;
  private final UsageRegions regions;

  /**
   * @param sources asked for only when there is something to search: the interfaces of their
   *     clients are large, and would be loaded at each cold start
   */
  UsageSearch(Supplier<List<UsageSource>> sources, UsageRegions regions) {
    this.sources = sources;
    this.regions = regions;
  }

  /**
   * The search as every function makes it: all services, and the regions that {@code USAGE_REGIONS}
   * names. One setting for all of them, made at deployment, so that no caller can hide a region.
   * Makes no client yet.
   */
  public static UsageSearch ofLambda(Clients clients) {
    String setting = System.getenv().getOrDefault("USAGE_REGIONS", "");
    return new UsageSearch(() -> sources(clients), UsageRegions.parse(setting, clients));
  }

  /**
   * Every service that can use an IAM server certificate. A new one is one new class and one line
   * here.
   */
  private static List<UsageSource> sources(Clients clients) {
    return List.of(
        LoadBalancers.with(clients), // the longest chain of calls, so it starts first
        ClassicLoadBalancers.with(clients),
        CloudFrontDistributions.with(clients),
        AppSyncDomains.with(clients));
  }

  /**
   * Searches until all is done or time is up. Never fails: what could not be looked at is in the
   * report as unchecked.
   *
   * @param listed all certificates of the account; a reference to any other makes the report
   *     incomplete
   */
  public UsageReport search(Collection<ServerCertificate> listed, Deadline deadline) {
    Queue<Reference> references = new ConcurrentLinkedQueue<>();
    List<Unchecked> unchecked = new ArrayList<>();
    Map<Check, Future<Boolean>> checks = new LinkedHashMap<>();
    Semaphore permits = Bulkhead.permitsOfAll();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (Check check : checks(unchecked, deadline)) {
        Bulkhead bulkhead = new Bulkhead(threads, permits);
        checks.put(check, threads.submit(() -> check.run(bulkhead, deadline, references)));
      }
      int made = unchecked.size();
      for (Map.Entry<Check, Future<Boolean>> entry : checks.entrySet()) {
        made += await(entry.getKey(), entry.getValue(), unchecked, deadline) ? 1 : 0;
      }
      return UsageReport.of(listed, made, List.copyOf(references), unchecked);
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Check> checks(List<Unchecked> unchecked, Deadline deadline) {
    List<Region> searched;
    try {
      searched = regions.list(deadline);
    } catch (AwsCallException e) {
      unchecked.add(new Unchecked("account", GLOBAL, e.code(), e.getMessage()));
      searched = List.of(regions.home());
    }
    List<Check> checks = new ArrayList<>();
    for (UsageSource source : sources.get()) {
      for (Region region : source.isGlobal() ? List.of(regions.home()) : searched) {
        if (!source.isForeignIn(region)) {
          checks.add(new Check(source, region));
        }
      }
    }
    return checks;
  }

  /** Whether the check counts: a service that is not offered does not. */
  private static boolean await(
      Check check, Future<Boolean> result, List<Unchecked> unchecked, Deadline deadline) {
    try {
      return result.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      unchecked.add(
          check.unchecked(
              "OutOfTime",
              "OutOfTime: the search was not finished in time. Raise the stack's MemorySize, or have AWS raise the"
                  + " account's API rate for this service if it was throttled."));
    } catch (ExecutionException e) {
      unchecked.add(check.unchecked(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      unchecked.add(check.unchecked("Interrupted", "Interrupted: the search was ended."));
    }
    return true;
  }

  /** One service in one region. */
  private record Check(UsageSource source, Region region) {
    /** Hands over the references found; answers false if the service does not exist there. */
    boolean run(Bulkhead bulkhead, Deadline deadline, Queue<Reference> found) {
      try {
        source.search(region, bulkhead, deadline, found::add);
        return true;
      } catch (AwsCallException e) {
        if (!source.isKnownIn(region) && e.isUnknownHost()) {
          return false;
        }
        throw e;
      }
    }

    Unchecked unchecked(Throwable failure) {
      if (failure instanceof AwsCallException call) {
        return unchecked(call.code(), call.getMessage());
      }
      return unchecked(failure.getClass().getSimpleName(), failure.toString());
    }

    Unchecked unchecked(String code, String error) {
      return new Unchecked(source.service(), source.isGlobal() ? GLOBAL : region.id(), code, error);
    }
  }
}
