package io.github.certsweep.fake;

import static io.github.certsweep.fake.World.NOW;

import io.github.certsweep.exemption.Exemption;
import io.github.certsweep.input.Text;
import io.github.certsweep.rule.RuleParameters;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.quicktheories.core.Gen;
import org.quicktheories.core.RandomnessSource;
import org.quicktheories.generators.Generate;
import org.quicktheories.generators.SourceDSL;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;

/**
 * What the properties are tried on: anything that IAM, AWS Config and a caller may come up with,
 * more often than chance would have it near the limits.
 */
public final class Any {
  private static final String NAME_CHARACTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";

  private Any() {}

  /** Anything a string can hold: NUL, line breaks, lone surrogates, long ones. */
  public static Gen<String> text() {
    Gen<String> wild =
        SourceDSL.integers()
            .between(0, 0xffff)
            .map(unit -> String.valueOf((char) unit.intValue()))
            .map((a, b, c) -> a + b + c);
    Gen<String> fixed =
        Generate.pick(
            List.of(
                "",
                " ",
                "\u0000",
                "\n",
                "\u2028",
                "\ud83d",
                "\ude00\ud83d",
                "null",
                "-1",
                "1e999999999",
                "9".repeat(5_000),
                "arn:aws:iam::123456789012:server-certificate/",
                "arn:aws:iam::123456789012:server-certificate/" + "a/".repeat(3_000) + "b",
                "ASCA" + "A".repeat(125),
                "é".repeat(200),
                "../../x"));
    return Generate.oneOf(
        fixed, wild, SourceDSL.strings().allPossible().ofLengthBetween(0, 300), name(), arn());
  }

  /** A name that IAM allows: 1 to 128 of its characters. */
  public static Gen<String> name() {
    Gen<Integer> length =
        Generate.oneOf(Generate.range(1, 12), Generate.range(127, 128), Generate.range(1, 128));
    return in -> {
      StringBuilder name = new StringBuilder();
      for (int left = length.generate(in); left > 0; left--) {
        name.append(NAME_CHARACTERS.charAt(between(in, 0, NAME_CHARACTERS.length() - 1)));
      }
      return name.toString();
    };
  }

  private static Gen<String> arn() {
    return Generate.pick(List.of("aws", "aws-cn", "aws-us-gov", "AWS", ""))
        .zip(
            path(),
            name(),
            (partition, path, name) ->
                "arn:" + partition + ":iam::123456789012:server-certificate" + path + name);
  }

  private static Gen<String> path() {
    return Generate.pick(List.of("/", "/cloudfront/", "/a/b/", "/" + "p".repeat(510) + "/"));
  }

  /**
   * The end of a certificate's validity, or none: around this moment and around the end of any lead
   * time.
   */
  public static Gen<Optional<Instant>> expiration() {
    Gen<Integer> days =
        Generate.oneOf(
            Generate.pick(List.of(0, 0, 1, 30, 3650)), SourceDSL.integers().between(-20_000, 9000));
    Gen<Duration> aroundIt =
        Generate.pick(
            List.of(
                Duration.ZERO,
                Duration.ofNanos(1),
                Duration.ofNanos(-1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(-1),
                Duration.ofHours(23)));
    Gen<Optional<Instant>> some =
        days.zip(
            aroundIt, (day, moment) -> Optional.of(NOW.plus(Duration.ofDays(day)).plus(moment)));
    return some.mix(Generate.constant(Optional.empty()), 10);
  }

  /** The certificates of an account: none, few, or several hundred; the names are distinct. */
  public static Gen<List<ServerCertificateMetadata>> certificates() {
    Gen<Integer> count =
        Generate.oneOf(
            Generate.range(0, 4),
            Generate.range(0, 4),
            Generate.pick(List.of(99, 100, 101, 200, 201)),
            Generate.range(0, 400));
    return in -> {
      List<ServerCertificateMetadata> certificates = new ArrayList<>();
      for (int number = count.generate(in) - 1; number >= 0; number--) {
        certificates.add(certificate(number).generate(in));
      }
      return List.copyOf(certificates);
    };
  }

  /** A certificate called {@code "c"} and this number, some with all the 128 characters. */
  private static Gen<ServerCertificateMetadata> certificate(int number) {
    Gen<String> name = Generate.pick(List.of("c" + number, "c" + number + "-" + "+".repeat(120)));
    return expiration()
        .zip(
            name,
            path(),
            (end, called, path) ->
                World.certificate(called, NOW).toBuilder()
                    .serverCertificateId(id(number))
                    .arn("arn:aws:iam::123456789012:server-certificate" + path + called)
                    .path(path)
                    .expiration(end.orElse(null))
                    .build());
  }

  /** The id of the certificate of this number. */
  public static String id(int number) {
    return "ASCA" + String.format("%017d", number);
  }

  /** What can be known of an exception; of two out of three it is that there is none. */
  public static Gen<Exemption> exemption() {
    Gen<Exemption> some =
        text()
            .map(text ->
                List.of(
                    new Exemption.InForce(LocalDate.of(2026, 12, 31), Text.oneLine("x" + text)),
                    new Exemption.Invalid("No exception: " + Text.oneLine(text) + "."),
                    new Exemption.Unread(text, text),
                    new Exemption.NotReadYet()))
            .zip(Generate.range(0, 3), List::get);
    return some.mix(Generate.constant(new Exemption.None()), 66);
  }

  /** The tags of a certificate: keys and values by turns, valid for an exception or not. */
  public static Gen<List<String>> tags() {
    Gen<String> until =
        Generate.oneOf(
            Generate.pick(
                List.of("2026-11-22", "2026-11-23", "2026-12-01", "2036-11-20", "9999-12-31", "")),
            text());
    Gen<String> reason = Generate.oneOf(Generate.pick(List.of("vendor migration", "")), text());
    Gen<List<String>> both =
        until.zip(
            reason,
            (date, why) ->
                List.of("certsweep:exception-until", date, "certsweep:exception-reason", why));
    return both.mix(Generate.constant(List.of("owner", "me")), 40);
  }

  public static Gen<RuleParameters> parameters() {
    return Generate.oneOf(Generate.pick(List.of(0, 1, 30, 3650)), Generate.range(0, 3650))
        .zip(Generate.booleans(), Generate.range(0, 30), RuleParameters::new);
  }

  /** Whatever a call to AWS can end with instead of an answer. */
  public static Gen<Supplier<RuntimeException>> failure() {
    return Generate.pick(
        List.of(
            () -> World.iamError(403, "AccessDenied", "User is\nnot authorized"),
            () -> World.configError(400, "ThrottlingException", "Rate exceeded"),
            () -> World.iamError(500, "InternalFailure", null),
            () -> World.iamError(503, null, "\u0000"),
            () -> World.iamError(403, "ExpiredToken", "Expired"),
            () -> SdkClientException.create("Connection reset"),
            () -> SdkClientException.create("Unable to unmarshall response\n<html>"),
            () -> ApiCallTimeoutException.builder().message("Took too long").build()));
  }

  /** As {@link #failure}, or that Config doesn't know the token, which it then quotes. */
  public static Gen<Supplier<RuntimeException>> failureOfPut() {
    Supplier<RuntimeException> refused =
        () -> World.configError(400, "InvalidResultTokenException", "Not valid: " + World.TOKEN);
    return failure().mix(Generate.pick(List.of(refused)), 20);
  }

  /**
   * Which calls fail, counted from 1, and with what: mostly none, else any; the later a call the
   * rarer.
   */
  public static Gen<List<Failing>> failingCalls(Gen<Supplier<RuntimeException>> failure) {
    Gen<Integer> number = Generate.oneOf(Generate.range(1, 2), Generate.range(1, 9));
    Gen<Failing> one = number.zip(failure, Failing::new);
    return Generate.oneOf(
        Generate.constant(List.of()), SourceDSL.lists().of(one).ofSizeBetween(1, 4));
  }

  /** A call that fails: the number-th, 1 being the first. */
  public record Failing(int number, Supplier<RuntimeException> with) {
    @Override
    public String toString() {
      return number + ": " + with.get().getMessage();
    }
  }

  /** Any of these. */
  public static <T> Gen<List<T>> someOf(List<T> all) {
    return in -> {
      Stream<T> chosen = all.stream().filter(one -> between(in, 0, 3) == 0);
      return chosen.toList();
    };
  }

  private static int between(RandomnessSource in, int least, int most) {
    return Generate.range(least, most).generate(in);
  }
}
