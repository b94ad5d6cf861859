package io.github.certsweep.fake;

import static io.github.certsweep.fake.World.NOW;

import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.CertificateDetails.ChainCertificate;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reports on few certificates, as an audit could have made them. */
public final class ExampleReport {
  public static final AuditParameters PARAMETERS =
      new AuditParameters(30, "us-east-1", List.of(), List.of(), true, true);
  public static final UncheckedPlace UNCHECKED =
      new UncheckedPlace(
          "appsync", "eu-west-3", "AccessDenied", "AccessDenied: not authorized. Grant it.");

  private static final CertificateUser USER =
      new CertificateUser(
          "elasticloadbalancingv2",
          "eu-west-1",
          "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/prod/50dc6c495c0c9188/a",
          "SNI",
          "ALB listener eu-west-1 app/prod:443 (SNI)");

  private ExampleReport() {}

  /** A complete report on these certificates. */
  public static AuditReport of(AuditedCertificate... certificates) {
    return of(NOW, PARAMETERS, List.of(), certificates);
  }

  /** A report with this time, these parameters and these unchecked places. */
  public static AuditReport of(
      Instant at,
      AuditParameters parameters,
      List<UncheckedPlace> unchecked,
      AuditedCertificate... certificates) {
    return new AuditReport(
        new Origin(at, "1.0.0", "35fa8b2", "arn:aws:iam::123456789012:user/auditor"),
        World.ACCOUNT,
        "aws",
        parameters,
        unchecked,
        List.of(),
        Optional.of(new Quota(certificates.length, 20)),
        List.of(certificates),
        Optional.empty());
  }

  /**
   * One certificate of each kind, in use, unused and with usage unknown, one that may have an
   * exception, and an unchecked place.
   */
  public static AuditReport full() {
    Stream<AuditedCertificate> all =
        Stream.of(-3057, 10, 300)
            .flatMap(days ->
                Stream.of(
                    certificate("used-" + days, days, used()),
                    certificate("unused-" + days, days, unused()),
                    certificate("unclear-" + days, days, unclear())));
    Stream<AuditedCertificate> special =
        Stream.of(
            withEverything(),
            withoutExpiration("no-expiration"),
            certificate("excepted", -5, unused()).withUnreadDetails("Its tags could not be read."));
    return of(
        NOW,
        PARAMETERS,
        List.of(UNCHECKED),
        Stream.concat(all, special).toArray(AuditedCertificate[]::new));
  }

  /** A certificate with the id {@code "ASCA0000000000-" + name}. */
  public static AuditedCertificate certificate(
      String name, long days, Optional<CertificateUsage> usage) {
    return certificate(name, "ASCA0000000000-" + name, days, usage);
  }

  public static AuditedCertificate certificate(
      String name, String id, long days, Optional<CertificateUsage> usage) {
    return certificate(name, id, Optional.of(NOW.plus(Duration.ofDays(days))), 30, usage);
  }

  public static AuditedCertificate withoutExpiration(String name) {
    return certificate(name, "ASCA0000000000-" + name, Optional.empty(), 30, unused());
  }

  public static AuditedCertificate certificate(
      String name,
      String id,
      Optional<Instant> expiration,
      int leadDays,
      Optional<CertificateUsage> usage) {
    ServerCertificate certificate =
        new ServerCertificate(
            name,
            id,
            "arn:aws:iam::123456789012:server-certificate/" + name,
            "/",
            NOW.minus(Duration.ofDays(4000)),
            expiration);
    JudgedCertificate judged = new JudgedCertificate(certificate, NOW, leadDays);
    return new AuditedCertificate(
        judged,
        usage,
        isDeletable(judged, usage),
        judged.description() + ".",
        Optional.empty(),
        List.of(),
        List.of());
  }

  /** As the judge has it of a certificate without an exception. */
  public static boolean isDeletable(JudgedCertificate judged, Optional<CertificateUsage> usage) {
    return judged.status() == ExpirationStatus.EXPIRED
        && usage.filter(CertificateUsage::isUnused).isPresent();
  }

  public static Optional<CertificateUsage> used() {
    return Optional.of(new CertificateUsage(List.of(USER), List.of(), List.of(), List.of(), 68));
  }

  public static Optional<CertificateUsage> unused() {
    return Optional.of(new CertificateUsage(List.of(), List.of(), List.of(), List.of(), 68));
  }

  public static Optional<CertificateUsage> unclear() {
    return Optional.of(
        new CertificateUsage(List.of(), List.of(UNCHECKED), List.of(), List.of(), 68));
  }

  /** A certificate of which everything is known, and that has a replacement. */
  public static AuditedCertificate withEverything() {
    Replacement replacement =
        new Replacement(
            Replacement.Store.ACM,
            "eu-west-1",
            "arn:aws:acm:eu-west-1:123456789012:certificate/b7e6a7f5",
            "arn:aws:acm:eu-west-1:123456789012:certificate/b7e6a7f5",
            "www.example.org",
            NOW.plus(Duration.ofDays(200)),
            "RSA_2048",
            Replacement.AMAZON,
            List.of("www.example.org"));
    CertificateDetails details =
        new CertificateDetails(
            List.of("www.example.org", "example.org"),
            "CN=www.example.org",
            "CN=Example CA",
            "0a1b",
            NOW.minus(Duration.ofDays(400)),
            "RSA_2048",
            "SHA256withRSA",
            "ab".repeat(32),
            List.of(new ChainCertificate("CN=Example CA", "CN=Root", NOW.plusSeconds(9))));
    return certificate("=www", -1, used())
        .with(details, List.of(new Warning(Warning.Code.CHAIN_EXPIRED, "The chain has expired.")))
        .with(
            List.of(
                new Remedy(
                    USER,
                    List.of(replacement),
                    List.of("aws elbv2 add-listener-certificates ..."),
                    "Clients see it at once.")));
  }
}
