package io.github.certsweep.audit.page;

import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Origin;
import io.github.certsweep.audit.report.Quota;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.fake.ExampleReport;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reports to show, by name: what an account has, and what it could have at worst. */
public final class ExampleReports {
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  static final String ACCOUNT = "123456789012";
  static final int LEAD_DAYS = 30;

  /** What somebody could name things to break the page or to fool its reader. */
  static final List<String> HOSTILE =
      List.of(
          "<script>alert(1)</script>",
          "\"><img src=x onerror=alert(1)>",
          "' onmouseover='alert(1)",
          "javascript:alert(1)",
          "</style><style>body{display:none}</style>",
          "</title></svg><svg onload=alert(1)>",
          "&lt;b&gt; &amp; ${view.sha256()} @if(true)",
          "safe\u202egpj.exe\u200b\u0000\u2028next",
          "W".repeat(128));

  private static final UncheckedPlace DENIED =
      new UncheckedPlace(
          "appsync",
          "eu-west-3",
          "AccessDeniedException",
          "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/Auditor/jane is not"
              + " authorized to perform: appsync:ListDomainNames with an explicit deny in a service"
              + " control policy");
  private static final CertificateUsage UNUSED = usage(List.of(), List.of());
  private static final CertificateUsage UNKNOWN = usage(List.of(), List.of(DENIED));

  private ExampleReports() {}

  /** Each example by the name of its file. */
  public static Map<String, AuditReport> all() {
    Map<String, AuditReport> all = new LinkedHashMap<>();
    all.put("account", account());
    all.put("compared", account().comparedWith(comparison(), List.of()));
    all.put("clean", clean());
    all.put("empty", report(List.of(), List.of(), List.of()));
    all.put("incomplete", incomplete());
    all.put("unsearched", unsearched());
    all.put("hostile", hostile());
    all.put("thousand", thousand());
    return all;
  }

  /** Some of everything. */
  static AuditReport account() {
    List<CertificateUser> live =
        List.of(
            user("ALB listener eu-west-1 app/shop-prod:443 (default)", "default"),
            user("ALB listener eu-west-1 app/shop-prod:8443 (SNI)", "SNI"),
            user("CloudFront E2QWRUHAPOMQZL (www.shop.example)", "viewer certificate"));
    return report(
        List.of(
            in(-137, "www-shop-example-2025", usage(live, List.of(DENIED)))
                .with(remedies(live, List.of(replacement("www-shop-example-2026"))))
                .with(details("www.shop.example", "shop.example"), List.of()),
            in(-9, "payments-internal", usage(live.subList(1, 2), List.of(DENIED)))
                .with(remedies(live.subList(1, 2), List.of()))
                .with(
                    details("payments.internal.example"),
                    List.of(
                        new Warning(
                            Warning.Code.CHAIN_MISSING,
                            "IAM has no chain for it. Clients that do not know its issuer refuse"
                                + " it."))),
            in(-3057, "legacy-api", UNKNOWN).with(details("api.legacy.example"), List.of(sha1())),
            in(-412, "wildcard-test", UNKNOWN).with(details("*.test.example"), List.of()),
            in(11, "mail-gateway", usage(live.subList(0, 1), List.of(DENIED)))
                .with(remedies(live.subList(0, 1), List.of(replacement("mail-gateway-2027"))))
                .with(details("mail.example", "smtp.example", "imap.example"), List.of()),
            in(26, "status-page", UNUSED).with(details("status.example"), List.of()),
            in(-730, "campaign-spring-2024", UNUSED).with(details("spring.example"), List.of()),
            in(-95, "vendor-portal", UNUSED).with(details("portal.example"), List.of(exception())),
            in(-731, "campaign-winter-2023", UNUSED).with(details("winter.example"), List.of()),
            undated("vendor-upload"),
            in(92, "partners", usage(live.subList(2, 3), List.of()))
                .with(details("partners.example"), List.of()),
            in(201, "partners-next", UNUSED).with(details("partners.example"), List.of()),
            in(340, "www-shop-example-2026", usage(live.subList(0, 1), List.of()))
                .with(details("www.shop.example", "shop.example"), List.of()),
            in(388, "mail-gateway-2027", UNKNOWN).with(details("mail.example"), List.of())),
        List.of(
            DENIED,
            new UncheckedPlace("appsync", "ap-southeast-2", DENIED.code(), DENIED.error()),
            new UncheckedPlace(
                "cloudfront",
                "global",
                "ThrottlingException",
                "ThrottlingException: Rate exceeded")),
        List.of(
            "CloudFront distributions that are not deployed count as users too: they refer to the"
                + " certificate."));
  }

  /** Nothing to do, and everything was looked at. */
  static AuditReport clean() {
    return report(
        List.of(
            in(
                    92,
                    "partners",
                    usage(List.of(user("ALB listener eu-west-1 app/a:443", "SNI")), List.of()))
                .with(details("partners.example"), List.of()),
            in(340, "www", UNUSED).with(details("www.example"), List.of())),
        List.of(),
        List.of());
  }

  /** Nothing was found, but not everything was looked at. */
  static AuditReport incomplete() {
    List<UncheckedPlace> places =
        Stream.of("elasticloadbalancing", "elasticloadbalancingv2", "appsync")
            .flatMap(service ->
                IntStream.rangeClosed(1, 12)
                    .mapToObj(region ->
                        new UncheckedPlace(
                            service, "region-" + region, DENIED.code(), DENIED.error())))
            .toList();
    return report(List.of(in(340, "www", usage(List.of(), places))), places, List.of());
  }

  /** The caller did not want to know much. */
  static AuditReport unsearched() {
    AuditReport one = report(List.of(in(-5, "www", Optional.empty())), List.of(), List.of());
    return new AuditReport(
        one.origin(),
        ACCOUNT,
        "aws",
        new AuditParameters(LEAD_DAYS, "us-east-1", List.of(), List.of(), false, false),
        List.of(),
        List.of(),
        Optional.empty(),
        one.certificates(),
        Optional.empty());
  }

  /** Every free text is hostile. */
  static AuditReport hostile() {
    return named(HOSTILE);
  }

  /** A report in which every free text is one of these. */
  static AuditReport named(List<String> names) {
    List<AuditedCertificate> certificates = new ArrayList<>();
    List<UncheckedPlace> places = new ArrayList<>();
    List<Comparison.Finding> findings = new ArrayList<>();
    for (String name : names) {
      List<CertificateUser> users = List.of(new CertificateUser(name, name, name, name, name));
      Replacement other =
          new Replacement(
              Replacement.Store.IAM, name, name, name, name, NOW, name, name, List.of(name));
      Instant end = NOW.minus(Duration.ofDays(certificates.size()));
      ServerCertificate certificate =
          new ServerCertificate(name, name, name, name, NOW, Optional.of(end));
      certificates.add(
          audited(certificate, Optional.of(usage(users, List.of())))
              .with(List.of(new Remedy(users.getFirst(), List.of(other), List.of(name), name)))
              .with(
                  new CertificateDetails(
                      List.of(name), name, name, name, NOW, name, name, name, List.of()),
                  List.of(new Warning(Warning.Code.SHORT_KEY, name))));
      places.add(new UncheckedPlace(name, name, name, name));
      findings.add(new Comparison.Finding(name, name, NOW, name));
    }
    return report(certificates, places, names)
        .comparedWith(new Comparison(NOW, findings, findings, findings), List.of());
  }

  /** As many as a large account has: a third of them expired or about to, all with details. */
  static AuditReport thousand() {
    List<AuditedCertificate> certificates =
        IntStream.range(0, 1000).mapToObj(ExampleReports::oneOfMany).toList();
    return report(certificates, List.of(), List.of());
  }

  private static AuditedCertificate oneOfMany(int number) {
    String name = "service-" + number + "-eu-west-1-production";
    CertificateDetails details = details(name + ".example", "www." + name + ".example");
    List<CertificateUser> users =
        List.of(
            user("ALB listener eu-west-1 app/" + name + ":443 (default)", "default"),
            user("ALB listener eu-west-1 app/" + name + ":8443 (SNI)", "SNI"));
    int days = number % 3 == 0 ? 25 - number : 31 + number;
    if (number % 2 == 1) {
      return in(days, name, UNUSED).with(details, List.of());
    }
    AuditedCertificate used = in(days, name, usage(users, List.of())).with(details, List.of());
    return number % 3 == 0
        ? used.with(remedies(users, List.of(replacement(name + "-2027"))))
        : used;
  }

  static Comparison comparison() {
    return new Comparison(
        NOW.minus(Duration.ofDays(7)),
        List.of(finding("mail-gateway", 0, "expiring")),
        List.of(finding("campaign-summer-2024", 90, "deleted")),
        List.of(finding("www-shop-example-2025", 130, "expired and in use")));
  }

  private static Warning exception() {
    return new Warning(
        Warning.Code.EXCEPTION,
        "Its tags ask for an exception until 2026-12-31: vendor migration.");
  }

  private static Comparison.Finding finding(String name, int days, String what) {
    return new Comparison.Finding(name, id(name), NOW.minus(Duration.ofDays(days)), what);
  }

  /** A complete report with these certificates. */
  static AuditReport of(AuditedCertificate... certificates) {
    return report(List.of(certificates), List.of(), List.of());
  }

  static AuditReport report(
      List<AuditedCertificate> certificates, List<UncheckedPlace> unchecked, List<String> notes) {
    return new AuditReport(
        new Origin(
            NOW, "1.0.0", "35fa8b2c0ffee", "arn:aws:sts::123456789012:assumed-role/Auditor/jane"),
        ACCOUNT,
        "aws",
        new AuditParameters(LEAD_DAYS, "us-east-1", List.of(), List.of(), true, true),
        unchecked,
        notes,
        Optional.of(new Quota(certificates.size(), Math.max(20, certificates.size() + 50))),
        certificates,
        Optional.empty());
  }

  /** A certificate that expires so many days from now. */
  static AuditedCertificate in(long days, String name, CertificateUsage usage) {
    return in(days, name, Optional.of(usage));
  }

  private static AuditedCertificate in(long days, String name, Optional<CertificateUsage> usage) {
    Instant end = NOW.plus(Duration.ofDays(days)).plusSeconds(3599);
    return audited(certificate(name, Optional.of(end)), usage);
  }

  static AuditedCertificate undated(String name) {
    return audited(certificate(name, Optional.empty()), Optional.of(UNUSED));
  }

  static CertificateUsage unused() {
    return UNUSED;
  }

  private static ServerCertificate certificate(String name, Optional<Instant> end) {
    String arn = "arn:aws:iam::123456789012:server-certificate/cloudfront/" + name;
    Instant uploaded = end.orElse(NOW).minus(Duration.ofDays(397));
    return new ServerCertificate(name, id(name), arn, "/cloudfront/", uploaded, end);
  }

  private static String id(String name) {
    return String.format("ASCA4EXAMPLE%08X", name.hashCode());
  }

  private static AuditedCertificate audited(
      ServerCertificate certificate, Optional<CertificateUsage> usage) {
    JudgedCertificate judged = new JudgedCertificate(certificate, NOW, LEAD_DAYS);
    boolean deletable = ExampleReport.isDeletable(judged, usage);
    String reason =
        judged.description()
            + ". "
            + usage.map(one -> one.longSentence(300)).orElse("Usage unknown.");
    return new AuditedCertificate(
        judged, usage, deletable, reason, Optional.empty(), List.of(), List.of());
  }

  static CertificateUsage usage(List<CertificateUser> users, List<UncheckedPlace> unchecked) {
    return new CertificateUsage(users, unchecked, List.of(), List.of(), 68);
  }

  static CertificateUser user(String label, String detail) {
    String resource =
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop-prod/"
            + "50dc6c495c0c9188/f2f7dc8efc522ab2";
    return new CertificateUser("elasticloadbalancingv2", "eu-west-1", resource, detail, label);
  }

  private static List<Remedy> remedies(List<CertificateUser> users, List<Replacement> others) {
    return users.stream()
        .map(user ->
            new Remedy(
                user,
                others,
                others.stream().map(other -> command(user, other)).toList(),
                others.isEmpty()
                    ? "No certificate in IAM or ACM has all its names. Request one first."
                    : "Check that clients trust the issuer of the new certificate."))
        .toList();
  }

  private static String command(CertificateUser user, Replacement other) {
    return "aws elbv2 modify-listener --region "
        + user.region()
        + " --listener-arn "
        + user.resource()
        + " --certificates '[{\"CertificateArn\":\""
        + other.arn()
        + "\"}]'";
  }

  private static Replacement replacement(String name) {
    return new Replacement(
        Replacement.Store.ACM,
        "eu-west-1",
        "arn:aws:acm:eu-west-1:123456789012:certificate/5ed96d0b-2b11-4f70-a4d1-1f4a7a5e6f10",
        "arn:aws:acm:eu-west-1:123456789012:certificate/5ed96d0b-2b11-4f70-a4d1-1f4a7a5e6f10",
        name,
        NOW.plus(Duration.ofDays(340)),
        "EC_prime256v1",
        Replacement.AMAZON,
        List.of(name));
  }

  private static CertificateDetails details(String... names) {
    return new CertificateDetails(
        List.of(names),
        "CN=" + names[0],
        "CN=Example Trust RSA CA 2,O=Example Trust Services LLC,C=US",
        "0a4f9c",
        NOW.minus(Duration.ofDays(397)),
        "RSA_2048",
        "SHA256withRSA",
        "ab".repeat(32),
        List.of());
  }

  private static Warning sha1() {
    return new Warning(
        Warning.Code.SHA1_SIGNATURE,
        "It is signed with SHA-1. Browsers and most clients refuse such signatures.");
  }
}
