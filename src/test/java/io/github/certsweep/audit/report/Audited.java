package io.github.certsweep.audit.report;

import static io.github.certsweep.fake.World.ACCOUNT;
import static io.github.certsweep.fake.World.NOW;

import io.github.certsweep.audit.report.CertificateDetails.ChainCertificate;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.fake.ExampleReport;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes audited certificates for tests. */
public final class Audited {
  public static final int LEAD_DAYS = 30;
  public static final UncheckedPlace DENIED =
      new UncheckedPlace("appsync", "eu-west-3", "AccessDenied", "AccessDenied: no");

  private Audited() {}

  public static CertificateUser listener(String detail) {
    return new CertificateUser(
        "elasticloadbalancingv2",
        "eu-west-1",
        "arn:aws:elasticloadbalancing:eu-west-1:" + ACCOUNT + ":listener/app/prod/1/2",
        detail,
        "ALB listener eu-west-1 app/prod:443");
  }

  /** A certificate that expires in so many days, with these users; searched everywhere. */
  public static AuditedCertificate certificate(String name, int days, CertificateUser... users) {
    return certificate(
        name, "/", Optional.of(NOW.plus(Duration.ofDays(days))), Optional.of(usage(users)));
  }

  public static AuditedCertificate certificate(
      String name, String path, Optional<Instant> expiration, Optional<CertificateUsage> usage) {
    ServerCertificate certificate =
        new ServerCertificate(
            name,
            "ASCA-" + name,
            "arn:aws:iam::" + ACCOUNT + ":server-certificate" + path + name,
            path,
            NOW.minus(Duration.ofDays(300)),
            expiration);
    JudgedCertificate judged = new JudgedCertificate(certificate, NOW, LEAD_DAYS);
    return new AuditedCertificate(
        judged,
        usage,
        ExampleReport.isDeletable(judged, usage),
        "A reason.",
        Optional.empty(),
        List.of(),
        List.of());
  }

  public static CertificateUsage usage(CertificateUser... users) {
    return new CertificateUsage(List.of(users), List.of(), List.of(), List.of(), 5);
  }

  /** Usage of which nothing was found, and one place could not be searched. */
  public static CertificateUsage unknownUsage() {
    return new CertificateUsage(List.of(), List.of(DENIED), List.of(), List.of(), 5);
  }

  /** Details of a certificate with this type of key and these names. */
  public static CertificateDetails details(String key, String... names) {
    return new CertificateDetails(
        List.of(names),
        "CN=" + String.join(",", names),
        "CN=Issuer",
        "1267",
        NOW.minus(Duration.ofDays(300)),
        key,
        "SHA256withRSA",
        "00ff",
        List.of(new ChainCertificate("CN=Issuer", "CN=Root", NOW.plus(Duration.ofDays(900)))));
  }

  /** A report on these certificates, with nothing left out. */
  public static AuditReport report(AuditedCertificate... certificates) {
    return report(List.of(), certificates);
  }

  public static AuditReport report(
      List<UncheckedPlace> unchecked, AuditedCertificate... certificates) {
    return new AuditReport(
        new Origin(NOW, "1.0.0", "0123456789abcdef", "arn:aws:iam::" + ACCOUNT + ":user/auditor"),
        ACCOUNT,
        "aws",
        new AuditParameters(LEAD_DAYS, "eu-west-1", List.of(), List.of(), true, true),
        unchecked,
        List.of(),
        Optional.of(new Quota(certificates.length, 20)),
        List.of(certificates),
        Optional.empty());
  }
}
