package io.github.certsweep.fake;

import static io.github.certsweep.fake.World.NOW;

import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.CertificateDetails.ChainCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.audit.report.Origin;
import io.github.certsweep.audit.report.Quota;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quicktheories.core.Gen;
import org.quicktheories.core.RandomnessSource;
import org.quicktheories.generators.Generate;
import org.quicktheories.generators.SourceDSL;

/** Any report of an audit. Wherever text from outside can stand, it may be hostile. */
public final class AnyReport {
  private static final Gen<String> HOSTILE =
      Generate.pick(
          List.of(
              "=HYPERLINK(\"https://example.org\",\"www\")",
              "@SUM(1)",
              "+1",
              "-3057",
              "\t=1",
              "  =1",
              "'=1",
              "''",
              "\r\n=1",
              "a,b;c\"d",
              "</script><script>alert(1)</script>",
              "\u001b[31m",
              "\u202egnp.exe",
              "日本語 ünï \ud83d\ude00",
              "$(reboot)`'"));

  private AnyReport() {}

  /** Reports on none to twelve certificates. */
  public static Gen<AuditReport> report() {
    return in -> report(Generate.oneOf(range(0, 3), range(0, 12)).generate(in), in);
  }

  /** Text as it may come from outside. */
  public static Gen<String> text() {
    return Generate.oneOf(HOSTILE, Any.text(), Any.name());
  }

  private static AuditReport report(int size, RandomnessSource in) {
    AuditParameters parameters = parameters(in);
    List<UncheckedPlace> unchecked = parameters.usage() ? places(in) : List.of();
    List<UncheckedPlace> forgiven = parameters.usage() ? places(in) : List.of();
    List<AuditedCertificate> certificates = new ArrayList<>();
    for (int number = 0; number < size; number++) {
      certificates.add(certificate(number, parameters, unchecked, forgiven, in));
    }
    Optional<Quota> quota =
        chance(in) ? Optional.of(new Quota(size, Math.max(20, size))) : Optional.empty();
    return new AuditReport(
        new Origin(NOW, text(in), text(in), text(in)),
        World.ACCOUNT,
        "aws",
        parameters,
        unchecked,
        texts(in),
        quota,
        certificates,
        chance(in) ? Optional.of(comparison(certificates, in)) : Optional.empty());
  }

  private static AuditParameters parameters(RandomnessSource in) {
    return new AuditParameters(
        Generate.pick(List.of(0, 1, 30, 3650)).generate(in),
        "us-east-1",
        chance(in) ? List.of() : List.of("eu-west-1", "eu-west-3"),
        chance(in) ? List.of() : List.of("appsync/ap-east-1"),
        one(in, 5) != 0,
        one(in, 5) != 0);
  }

  private static AuditedCertificate certificate(
      int number,
      AuditParameters parameters,
      List<UncheckedPlace> unchecked,
      List<UncheckedPlace> forgiven,
      RandomnessSource in) {
    // IAM has no blank names.
    String name = text().map(text -> text.isBlank() ? "=" + text : text).generate(in);
    String arn = "arn:aws:iam::" + World.ACCOUNT + ":server-certificate/" + name;
    Instant uploaded = NOW.minus(Duration.ofDays(one(in, 4000)));
    Optional<Instant> expiration = Any.expiration().generate(in);
    JudgedCertificate judged =
        new JudgedCertificate(
            new ServerCertificate(name, Any.id(number), arn, "/", uploaded, expiration),
            NOW,
            parameters.days());
    Optional<CertificateUsage> usage = Optional.empty();
    if (parameters.usage() && one(in, 5) != 0) {
      List<CertificateUser> users = listOf(user(), in);
      int checks = unchecked.size() + forgiven.size() + one(in, 3);
      usage = Optional.of(new CertificateUsage(users, unchecked, forgiven, List.of(), checks));
    }
    boolean deletable =
        judged.status() == ExpirationStatus.EXPIRED
            && usage.filter(CertificateUsage::isUnused).isPresent();
    boolean details = parameters.details() && one(in, 5) != 0;
    return new AuditedCertificate(
        judged,
        usage,
        deletable,
        text(in),
        details ? Optional.of(details(in)) : Optional.empty(),
        details ? listOf(warning(), in) : List.of(),
        details && judged.isExpiredOrExpiring() ? remedies(usage, in) : List.of());
  }

  private static Gen<CertificateUser> user() {
    return in ->
        new CertificateUser("elasticloadbalancing", "eu-west-1", text(in), text(in), text(in));
  }

  private static CertificateDetails details(RandomnessSource in) {
    Gen<ChainCertificate> chain = each -> new ChainCertificate(text(each), text(each), time(each));
    return new CertificateDetails(
        texts(in),
        text(in),
        text(in),
        text(in),
        time(in),
        "RSA_2048",
        "SHA256withRSA",
        "ab".repeat(32),
        listOf(chain, in));
  }

  private static Gen<Warning> warning() {
    return Generate.enumValues(Warning.Code.class).zip(text(), Warning::new);
  }

  private static List<Remedy> remedies(Optional<CertificateUsage> usage, RandomnessSource in) {
    return usage.map(CertificateUsage::users).orElse(List.of()).stream()
        .map(user -> new Remedy(user, listOf(replacement(), in), texts(in), text(in)))
        .toList();
  }

  private static Gen<Replacement> replacement() {
    return in ->
        new Replacement(
            Generate.enumValues(Replacement.Store.class).generate(in),
            "eu-west-1",
            text(in),
            text(in),
            text(in),
            time(in),
            "EC_prime256v1",
            text(in),
            texts(in));
  }

  private static Comparison comparison(List<AuditedCertificate> all, RandomnessSource in) {
    Instant earlier = NOW.minus(Duration.ofDays(one(in, 30)));
    List<Finding> added = new ArrayList<>();
    List<Finding> still = new ArrayList<>();
    for (AuditedCertificate each : all) {
      if (each.judged().isExpiredOrExpiring()) {
        boolean old = chance(in);
        (old ? still : added)
            .add(
                new Finding(
                    each.certificate().name(),
                    each.certificate().id(),
                    old ? earlier.minus(Duration.ofDays(one(in, 30))) : NOW,
                    text(in)));
      }
    }
    Gen<Finding> gone =
        text().zip(range(1000, 2000), (text, id) -> new Finding(text, Any.id(id), earlier, text));
    return new Comparison(earlier, added, listOf(gone, in), still);
  }

  private static List<UncheckedPlace> places(RandomnessSource in) {
    Gen<UncheckedPlace> place =
        Generate.pick(List.of("appsync", "cloudfront"))
            .zip(
                Generate.pick(List.of("eu-west-1", "global")), text(), text(), UncheckedPlace::new);
    return chance(in) ? List.of() : listOf(place, in);
  }

  private static <T> List<T> listOf(Gen<T> one, RandomnessSource in) {
    return SourceDSL.lists().of(one).ofSizeBetween(0, 3).generate(in);
  }

  private static List<String> texts(RandomnessSource in) {
    return listOf(text(), in);
  }

  private static String text(RandomnessSource in) {
    return text().generate(in);
  }

  private static Instant time(RandomnessSource in) {
    return NOW.plus(Duration.ofSeconds(one(in, 1_000_000_000)));
  }

  private static boolean chance(RandomnessSource in) {
    return one(in, 1) == 0;
  }

  private static int one(RandomnessSource in, int most) {
    return range(0, most).generate(in);
  }

  private static Gen<Integer> range(int least, int most) {
    return Generate.range(least, most);
  }
}
