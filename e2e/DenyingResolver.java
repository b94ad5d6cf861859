import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A name resolution under which every host of {@code sandbox.test} is this machine, and which denies
 * that hosts exist: as {@code DENIED_HOSTS} says, with {@code host=first-last} for a host and which
 * of its look-ups to deny, separated by commas. It logs each look-up of such a host.
 */
public class DenyingResolver extends InetAddressResolverProvider {
  private final Map<String, Integer> seen = new ConcurrentHashMap<>();

  @Override
  public String name() {
    return "denying";
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver usual = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        if (isDenied(host)) {
          throw new UnknownHostException(host);
        }
        return usual.lookupByName(host.endsWith(".sandbox.test") ? "localhost" : host, policy);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        return usual.lookupByAddress(address);
      }
    };
  }

  private boolean isDenied(String host) {
    return Arrays.stream(System.getenv().getOrDefault("DENIED_HOSTS", "").split(","))
        .filter(rule -> rule.startsWith(host + "="))
        .anyMatch(rule -> isDenied(host, rule.substring(host.length() + 1).split("-")));
  }

  private boolean isDenied(String host, String[] lookups) {
    int lookup = seen.merge(host, 1, Integer::sum);
    boolean denied =
        lookup >= Integer.parseInt(lookups[0]) && lookup <= Integer.parseInt(lookups[1]);
    System.out.println("look-up " + lookup + " of " + host + (denied ? ": denied" : ": answered"));
    return denied;
  }
}
