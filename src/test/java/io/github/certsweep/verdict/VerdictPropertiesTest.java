package io.github.certsweep.verdict;

import static io.github.certsweep.fake.World.NOW;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import com.google.gson.JsonObject;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.exemption.Exemption;
import io.github.certsweep.fake.Any;
import io.github.certsweep.removal.RemovalResult;
import io.github.certsweep.removal.RemovalResult.Outcome;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.quicktheories.api.Subject2;
import org.quicktheories.core.Gen;
import org.quicktheories.generators.Generate;
import org.quicktheories.generators.SourceDSL;

/** What a verdict promises, whoever uses the certificate and whatever could not be looked at. */
@Tag("property")
class VerdictPropertiesTest {
  @Test
  void deletableIsNeverTrueWithAUserOrAnUncheckedPlaceOrWithoutAnExpirationThatHasPassed() {
    anyVerdict()
        .checkAssert((expiration, usage) ->
            assertThat(verdict(expiration, usage).deletable())
                .isEqualTo(
                    usage.users().isEmpty()
                        && usage.unchecked().isEmpty()
                        && expiration.filter(NOW::isAfter).isPresent()));
  }

  @Test
  void noExceptionEverMakesSomethingDeletableOrCompliant() {
    qt().forAll(Any.expiration(), usage(), Any.exemption())
        .checkAssert((expiration, usage, exemption) -> {
          Verdict without = verdict(expiration, usage);
          Verdict with = verdict(expiration, usage, exemption);
          assertThat(with.deletable()).isEqualTo(without.deletable() && exemption.isAbsent());
          assertThat(with.compliant()).isEqualTo(without.compliant());
          assertThat(with.toJson().get("deletable").getAsBoolean()).isEqualTo(with.deletable());
        });
  }

  @Test
  void theAnswerAlwaysFitsWhatARunbookStepCanCarry() {
    qt().forAll(Any.expiration(), usage(), Any.exemption())
        .checkAssert((expiration, usage, exemption) -> {
          Verdict verdict = verdict(expiration, usage, exemption);
          RemovalResult refused = new RemovalResult(Outcome.REFUSED, verdict.reason(), verdict);
          assertThat(refused.toJson().toString().getBytes(UTF_8)).hasSizeLessThan(100_000);
        });
  }

  @Test
  void listsHaveFiftyMembersAtMostAndTheTrueCountBesideThem() {
    anyVerdict()
        .checkAssert((expiration, usage) -> {
          JsonObject json = verdict(expiration, usage).toJson();
          assertThat(json.getAsJsonArray("usage")).hasSize(Math.min(usage.users().size(), 50));
          assertThat(json.get("usageCount").getAsInt()).isEqualTo(usage.users().size());
          assertThat(json.getAsJsonArray("unchecked"))
              .hasSize(Math.min(usage.unchecked().size(), 50));
          assertThat(json.get("uncheckedCount").getAsInt()).isEqualTo(usage.unchecked().size());
        });
  }

  @Test
  void aReasonSaysInOneLineOf2200CharactersAtMostWhyOrWhyNot() {
    qt().forAll(Any.expiration(), usage(), Any.exemption())
        .checkAssert((expiration, usage, exemption) ->
            assertThat(verdict(expiration, usage, exemption).reason())
                .hasSizeBetween(10, 2_200)
                .doesNotContainPattern("\\p{Cntrl}"));
  }

  @Test
  void aSentenceNeverHasMoreCharactersThanThereIsRoom() {
    qt().forAll(usage(), Generate.range(120, 2_000))
        .checkAssert((usage, room) -> {
          assertThat(usage.sentence(room)).hasSizeLessThanOrEqualTo(room).endsWith(".");
          assertThat(usage.longSentence(room)).hasSizeLessThanOrEqualTo(room).endsWith(".");
        });
  }

  private static Subject2<Optional<Instant>, CertificateUsage> anyVerdict() {
    return qt().forAll(Any.expiration(), usage());
  }

  private static Verdict verdict(Optional<Instant> expiration, CertificateUsage usage) {
    return verdict(expiration, usage, new Exemption.None());
  }

  private static Verdict verdict(
      Optional<Instant> expiration, CertificateUsage usage, Exemption exemption) {
    String path = "/" + "p".repeat(510) + "/";
    String name = "n".repeat(128);
    ServerCertificate certificate =
        new ServerCertificate(
            name,
            Any.id(1),
            "arn:aws:iam::123456789012:server-certificate" + path + name,
            path,
            NOW,
            expiration);
    return Verdict.of(new JudgedCertificate(certificate, NOW, 0), Optional.of(usage), exemption);
  }

  private static Gen<CertificateUsage> usage() {
    Gen<Integer> count =
        Generate.oneOf(
            Generate.range(0, 2), Generate.pick(List.of(50, 51)), Generate.range(0, 300));
    Gen<String> error =
        Generate.oneOf(Any.text(), Generate.constant("\u0001\u00e9\"\u2028".repeat(500)));
    return in -> {
      UncheckedPlace unchecked =
          new UncheckedPlace("appsync", "eu-west-1", "AccessDenied", error.generate(in));
      List<CertificateUser> users = SourceDSL.lists().of(user()).ofSizes(count).generate(in);
      List<UncheckedPlace> places = Collections.nCopies(count.generate(in), unchecked);
      return new CertificateUsage(
          users,
          places,
          Collections.nCopies(count.generate(in), unchecked),
          Collections.nCopies(count.generate(in), error.generate(in)),
          1 + users.size() + places.size());
    };
  }

  /** A resource with a name as long as AWS allows one: 253 characters of a domain name. */
  private static Gen<CertificateUser> user() {
    return Generate.pick(List.of("a", "d".repeat(249) + ".org", "app/prod/50dc6c495c0c9188"))
        .map(name ->
            new CertificateUser(
                "appsync",
                "ap-southeast-2",
                "arn:aws-us-gov:appsync:ap-southeast-2:123456789012:domainnames/" + name,
                "custom domain",
                "AppSync domain ap-southeast-2 " + name));
  }
}
