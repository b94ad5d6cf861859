package io.github.certsweep.audit.replacement;

import static io.github.certsweep.audit.report.Audited.certificate;
import static io.github.certsweep.audit.report.Audited.details;
import static io.github.certsweep.audit.report.Audited.listener;
import static io.github.certsweep.fake.World.ACCOUNT;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.report.Audited;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.audit.report.Replacement.Store;
import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.audit.report.Warning.Code;
import io.github.certsweep.usage.CertificateUser;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ReplacementFinderTest {
  private static final String NAME = "www.example.com";
  private static final String IAM = "arn:aws:iam::" + ACCOUNT + ":server-certificate/";
  private static final CertificateUser CLASSIC =
      new CertificateUser(
          "elasticloadbalancing",
          "eu-west-2",
          "arn:aws:elasticloadbalancing:eu-west-2:" + ACCOUNT + ":loadbalancer/legacy",
          "port 8443",
          "Classic ELB eu-west-2 legacy:8443");
  private static final CertificateUser DISTRIBUTION =
      new CertificateUser(
          "cloudfront",
          "global",
          "arn:aws:cloudfront::" + ACCOUNT + ":distribution/E1",
          "viewer certificate",
          "CloudFront E1");
  private static final CertificateUser DOMAIN =
      new CertificateUser(
          "appsync",
          "eu-west-1",
          "arn:aws:appsync:eu-west-1:" + ACCOUNT + ":domainnames/api.example.com",
          "custom domain",
          "AppSync domain eu-west-1 api.example.com");

  private final ReplacementFinder finder = new ReplacementFinder("aws", NOW);

  private static AuditedCertificate expired(CertificateUser... users) {
    return certificate("old", -10, users).with(details("RSA_2048", NAME), List.of());
  }

  private static AuditedCertificate inIam(String name, int days, String key, String... names) {
    return certificate(name, days).with(details(key, names), List.of());
  }

  private static Replacement inAcm(String region, String key, String... names) {
    return ofAcm(Replacement.AMAZON, region, key, names);
  }

  private static Replacement ofAcm(String issuer, String region, String key, String... names) {
    String arn = "arn:aws:acm:" + region + ":" + ACCOUNT + ":certificate/" + key;
    Instant expiration = NOW.plus(Duration.ofDays(90));
    return new Replacement(
        Store.ACM, region, arn, arn, names[0], expiration, key, issuer, List.of(names));
  }

  /** A certificate with details other than those of {@link Audited#details}. */
  private static AuditedCertificate issued(
      AuditedCertificate one, String subject, String issuer, Code... flaws) {
    CertificateDetails details = details("RSA_2048", NAME);
    return one.with(
        new CertificateDetails(
            details.names(),
            subject,
            issuer,
            details.serial(),
            details.notBefore(),
            details.key(),
            details.signature(),
            details.fingerprint(),
            List.of()),
        Stream.of(flaws).map(code -> new Warning(code, "A flaw.")).toList());
  }

  private List<Remedy> remedies(
      AuditedCertificate replaced, List<Replacement> acm, AuditedCertificate... others) {
    List<AuditedCertificate> all = Stream.concat(Stream.of(replaced), Stream.of(others)).toList();
    return finder.withRemedies(all, acm).getFirst().remedies();
  }

  private Remedy remedy(CertificateUser user, List<Replacement> acm, AuditedCertificate... others) {
    return remedies(expired(user), acm, others).getFirst();
  }

  @Test
  void aListenersDefaultIsModified() {
    assertThat(
            remedy(listener("default"), List.of(), inIam("new", 300, "RSA_2048", NAME)).commands())
        .containsExactly(
            "aws elbv2 modify-listener --region eu-west-1 --listener-arn"
                + " arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/prod/1/2"
                + " --certificates '[{\"CertificateArn\":\""
                + IAM
                + "new\"}]'");
  }

  @Test
  void aFurtherCertificateIsAddedAndOnlyThenTheOldOneRemoved() {
    assertThat(remedy(listener("SNI"), List.of(), inIam("new", 300, "RSA_2048", NAME)).commands())
        .singleElement()
        .satisfies(command ->
            assertThat(command.split(" && "))
                .satisfiesExactly(
                    add ->
                        assertThat(add)
                            .startsWith("aws elbv2 add-listener-certificates")
                            .endsWith("[{\"CertificateArn\":\"" + IAM + "new\"}]'"),
                    remove ->
                        assertThat(remove)
                            .startsWith("aws elbv2 remove-listener-certificates")
                            .endsWith("[{\"CertificateArn\":\"" + IAM + "old\"}]'")));
  }

  @Test
  void aClassicLoadBalancersPortGetsAnother() {
    assertThat(remedy(CLASSIC, List.of(), inIam("new", 300, "RSA_2048", NAME)).commands())
        .containsExactly(
            "aws elb set-load-balancer-listener-ssl-certificate --region eu-west-2"
                + " --load-balancer-name legacy --load-balancer-port 8443 --ssl-certificate-id "
                + IAM
                + "new");
  }

  @Test
  void aDistributionIsReadEditedAndUpdatedWithItsEtag() {
    Replacement acm = inAcm("us-east-1", "RSA_2048", NAME);
    Remedy remedy = remedy(DISTRIBUTION, List.of(acm));
    assertThat(remedy.commands())
        .satisfiesExactly(
            get ->
                assertThat(get)
                    .isEqualTo(
                        "aws cloudfront get-distribution-config --id E1 --output json > E1.json"),
            edit -> assertThat(edit).contains("ACMCertificateArn: \"" + acm.arn() + "\""),
            update ->
                assertThat(update)
                    .isEqualTo(
                        "aws cloudfront update-distribution --id E1 --if-match \"$(jq -r .ETag"
                            + " E1.json)\" --distribution-config file://E1-new.json"));
    assertThat(remedy.note()).contains("jq");
  }

  @Test
  void aDistributionTakesFromIamOnlyWhatIsUnderItsPath() {
    AuditedCertificate elsewhere = inIam("new", 300, "RSA_2048", NAME);
    AuditedCertificate itsOwn =
        certificate(
                "cf",
                "/cloudfront/",
                Optional.of(NOW.plus(Duration.ofDays(300))),
                Optional.of(Audited.usage()))
            .with(details("RSA_2048", NAME), List.of());
    Remedy remedy = remedy(DISTRIBUTION, List.of(), elsewhere, itsOwn);
    assertThat(remedy.replacements()).extracting(Replacement::label).containsExactly("cf");
    assertThat(remedy.commands().get(1)).contains("IAMCertificateId: \"ASCA-cf\"");
  }

  @Test
  void aDomainNameCanNotChangeItsCertificate() {
    Remedy remedy = remedy(DOMAIN, List.of(inAcm("us-east-1", "RSA_2048", NAME)));
    assertThat(remedy.replacements()).hasSize(1);
    assertThat(remedy.commands()).isEmpty();
    assertThat(remedy.note()).startsWith("AppSync can't change the certificate of a domain name.");
  }

  @ParameterizedTest
  @CsvSource({
    "elasticloadbalancingv2, eu-west-1",
    "elasticloadbalancing, eu-west-2",
    "cloudfront, us-east-1",
    "appsync, us-east-1"
  })
  void acmIsAskedInTheUsersRegionOrInNorthVirginia(String service, String region) {
    CertificateUser user =
        List.of(listener("SNI"), CLASSIC, DISTRIBUTION, DOMAIN).stream()
            .filter(one -> one.service().equals(service))
            .findFirst()
            .orElseThrow();
    assertThat(finder.acmRegions(List.of(expired(user)))).containsExactly(region);
  }

  @Test
  void inOtherPartitionsCloudFrontTakesNothingFromAcm() {
    ReplacementFinder china = new ReplacementFinder("aws-cn", NOW);
    assertThat(china.acmRegions(List.of(expired(DISTRIBUTION)))).isEmpty();
  }

  @Test
  void acmIsNotAskedIfNothingIsToBeReplaced() {
    AuditedCertificate valid =
        certificate("valid", 300, listener("default")).with(details("RSA_2048", NAME), List.of());
    assertThat(finder.acmRegions(List.of(valid, expired()))).isEmpty();
  }

  @Test
  void acmCertificatesOfAnotherRegionDoNotDo() {
    Remedy remedy = remedy(listener("default"), List.of(inAcm("eu-west-2", "RSA_2048", NAME)));
    assertThat(remedy.replacements()).isEmpty();
    assertThat(remedy.note()).startsWith("No certificate has all these names");
  }

  @Test
  void everyNameHasToBeCovered() {
    AuditedCertificate old =
        certificate("old", -10, listener("default"))
            .with(details("RSA_2048", NAME, "shop.example.com"), List.of());
    List<Remedy> remedies =
        remedies(
            old,
            List.of(),
            inIam("one", 300, "RSA_2048", NAME),
            inIam("wild", 300, "RSA_2048", "*.example.com"),
            inIam("deep", 300, "RSA_2048", "*.shop.example.com"));
    assertThat(remedies.getFirst().replacements())
        .extracting(Replacement::label)
        .containsExactly("wild");
  }

  @Test
  void whatExpiresSoonOrHasExpiredReplacesNothing() {
    assertThat(
            remedy(
                    listener("default"),
                    List.of(),
                    inIam("soon", 20, "RSA_2048", NAME),
                    inIam("gone", -5, "RSA_2048", NAME))
                .replacements())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "RSA_1024, false, false, false",
    "RSA_2048, true, true, true",
    "RSA_4096, true, true, true",
    "EC_prime256v1, true, false, true",
    "EC_secp384r1, true, false, false",
    "EC_256_other, false, false, false",
    "Ed25519, false, false, false"
  })
  void eachServiceTakesTheKeysThatItsDocumentationNames(
      String key, boolean listener, boolean classic, boolean cloudFront) {
    Replacement acm = inAcm("us-east-1", key, NAME);
    assertThat(UserKind.of(listener("default")).takesKey(key)).isEqualTo(listener);
    assertThat(UserKind.of(CLASSIC).takesKey(key)).isEqualTo(classic);
    assertThat(remedy(DISTRIBUTION, List.of(acm)).replacements()).hasSize(cloudFront ? 1 : 0);
  }

  @Test
  void whatClientsTrustGoesFirstAndThenTheLongestLived() {
    String region = "eu-west-1";
    Remedy remedy =
        remedy(
            listener("default"),
            List.of(
                ofAcm(Replacement.PRIVATE_CA, region, "RSA_3072", "private." + NAME, NAME),
                ofAcm(Replacement.UNKNOWN_ISSUER, region, "RSA_4096", "imported." + NAME, NAME),
                inAcm(region, "RSA_2048", NAME)),
            issued(certificate("other", 900), "CN=" + NAME, "CN=Another Issuer"),
            inIam("shorter", 100, "RSA_2048", NAME),
            inIam("longer", 300, "RSA_2048", NAME));
    assertThat(remedy.replacements())
        .extracting(Replacement::label)
        .containsExactly(NAME, "longer", "shorter", "other", "imported." + NAME, "private." + NAME);
    assertThat(remedy.commands().getFirst()).contains("arn:aws:acm:eu-west-1");
  }

  @Test
  void whoseIssuerMayNotBeTrustedIsProposedWithAWarning() {
    String warning = "Check first that all clients trust the issuer of the new certificate.";
    CertificateUser user = listener("default");
    AuditedCertificate other = issued(certificate("other", 900), "CN=" + NAME, "CN=Another Issuer");
    for (String issuer : List.of(Replacement.PRIVATE_CA, Replacement.UNKNOWN_ISSUER)) {
      assertThat(remedy(user, List.of(ofAcm(issuer, "eu-west-1", "RSA_2048", NAME))).note())
          .startsWith(warning);
    }
    assertThat(remedy(user, List.of(), other).note()).startsWith(warning);
    assertThat(remedy(user, List.of(inAcm("eu-west-1", "RSA_2048", NAME))).note())
        .doesNotContain(warning);
    assertThat(remedy(user, List.of(), inIam("new", 300, "RSA_2048", NAME)).note())
        .doesNotContain(warning);
  }

  @Test
  void whatSignsItselfReplacesOnlyWhatDoesTheSame() {
    AuditedCertificate own = issued(certificate("own", 900), "CN=" + NAME, "CN=" + NAME);
    assertThat(remedy(listener("default"), List.of(), own).replacements()).isEmpty();
    AuditedCertificate old =
        issued(certificate("old", -10, listener("default")), "CN=" + NAME, "CN=" + NAME);
    Remedy remedy = remedies(old, List.of(), own).getFirst();
    assertThat(remedy.replacements()).extracting(Replacement::label).containsExactly("own");
    // It has another key, though the same name as issuer.
    assertThat(remedy.note()).startsWith("Check first that all clients trust the issuer");
  }

  @ParameterizedTest
  @EnumSource(Code.class)
  void aFlawThatTheOldOneDoesNotHaveMakesNoReplacement(Code flaw) {
    boolean isHarmless = flaw == Code.CHAIN_EXPIRES_FIRST || flaw == Code.EXCEPTION;
    AuditedCertificate flawed = issued(certificate("flawed", 300), "CN=" + NAME, "CN=Issuer", flaw);
    assertThat(remedy(listener("default"), List.of(), flawed).replacements())
        .hasSize(isHarmless ? 1 : 0);
    AuditedCertificate old =
        issued(certificate("old", -10, listener("default")), "CN=" + NAME, "CN=Issuer", flaw);
    // What has expired was valid as long as clients accepted the old one.
    assertThat(remedies(old, List.of(), flawed).getFirst().replacements())
        .hasSize(flaw == Code.CHAIN_EXPIRED ? 0 : 1);
  }

  @Test
  void aNameWithACommaStaysOneName() {
    Remedy remedy =
        remedy(
            listener("default"), List.of(), inIam("www.example.com,2027", 300, "RSA_2048", NAME));
    assertThat(remedy.commands().getFirst())
        .endsWith("'[{\"CertificateArn\":\"" + IAM + "www.example.com,2027\"}]'");
  }

  @Test
  void withoutDetailsNothingIsProposed() {
    Remedy remedy =
        finder
            .withRemedies(
                List.of(
                    certificate("old", -10, listener("default")),
                    inIam("new", 300, "RSA_2048", NAME)),
                List.of())
            .getFirst()
            .remedies()
            .getFirst();
    assertThat(remedy.replacements()).isEmpty();
    assertThat(remedy.note()).startsWith("Its names are not known");
  }
}
