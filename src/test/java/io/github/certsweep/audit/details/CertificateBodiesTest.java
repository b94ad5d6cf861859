package io.github.certsweep.audit.details;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.audit.details.CertificateBodies.Bodies;
import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.fake.FakeIam;
import io.github.certsweep.fake.World;
import io.github.certsweep.fake.X509;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CertificateBodiesTest {
  private static final Deadline DEADLINE = Deadline.in(60_000, CLOCK);

  private final FakeIam iam = new FakeIam();
  private final AtomicInteger told = new AtomicInteger();

  private Bodies read() throws InterruptedException {
    IamCertificateStore store = new IamCertificateStore(iam);
    List<ServerCertificate> listed = store.listAll(DEADLINE);
    return new CertificateBodies(store).read(listed, NOW, DEADLINE, told::incrementAndGet);
  }

  @Test
  void everyCertificateIsReadOnce() throws InterruptedException {
    for (int i = 0; i < 40; i++) {
      iam.with(valid("c" + i)).withBody("c" + i, X509.named("c" + i).make().pem(), "");
    }
    Bodies bodies = read();
    assertThat(bodies.unchecked()).isEmpty();
    assertThat(bodies.read()).hasSize(40);
    assertThat(bodies.read().get("ASCA-c7").details().names()).containsExactly("c7");
    assertThat(iam.reads).hasSize(40).doesNotHaveDuplicates();
    assertThat(told).hasValue(40);
  }

  @Test
  void theChainIsReadAndJudged() throws InterruptedException {
    X509.Made authority = X509.named("CA").newKey().make();
    X509.Made other = X509.named("Other").newKey().make();
    iam.with(valid("good"), valid("bad"))
        .withBody("good", X509.named("www").by(authority).make().pem(), authority.pem())
        .withBody("bad", X509.named("www").by(authority).make().pem(), other.pem());
    Bodies bodies = read();
    assertThat(bodies.read().get("ASCA-good").warnings()).isEmpty();
    assertThat(bodies.read().get("ASCA-bad").warnings())
        .extracting(Warning::code)
        .containsExactly(Warning.Code.CHAIN_BROKEN);
  }

  @Test
  void whatCanNotBeReadLeavesTheOthersRead() throws InterruptedException {
    iam.with(valid("broken"), valid("good"))
        .withBody("broken", "no certificate", "")
        .withBody("good", X509.named("www").make().pem(), "");
    Bodies bodies = read();
    assertThat(bodies.read()).containsOnlyKeys("ASCA-good");
    assertThat(bodies.unchecked())
        .singleElement()
        .satisfies(place -> {
          assertThat(place.code()).isEqualTo("Unreadable");
          assertThat(place.error()).startsWith("Details of broken: The certificate can't be read");
        });
  }

  @Test
  void aRefusalNamesTheCertificate() throws InterruptedException {
    iam.with(valid("www"))
        .beforeRead(
            1,
            () -> {
              throw World.iamError(403, "AccessDenied", "No");
            });
    assertThat(read().unchecked())
        .singleElement()
        .satisfies(place -> {
          assertThat(place.code()).isEqualTo("AccessDenied");
          assertThat(place.error())
              .startsWith("Details of www: iam:GetServerCertificate failed: AccessDenied");
        });
  }

  @Test
  void aCertificateThatTookTheNameMeanwhileIsNotTakenForTheListedOne() throws InterruptedException {
    iam.with(valid("www"));
    iam.beforeRead(
        1,
        () ->
            iam.without("www")
                .with(valid("www").toBuilder().serverCertificateId("ASCA-new").build()));
    assertThat(read().unchecked())
        .singleElement()
        .satisfies(place -> assertThat(place.error()).contains("another certificate after"));
  }

  @Test
  void anAnswerWithoutACertificateIsNotTakenForOne() throws InterruptedException {
    iam.with(valid("www")).answeringReadsEmptyFrom(1);
    assertThat(read().unchecked())
        .singleElement()
        .satisfies(place -> assertThat(place.error()).contains("contains no certificate"));
  }

  @Test
  void everyExceptionIsListedWithItsReasonValidOrNot() throws InterruptedException {
    iam.with(valid("www")).withBody("www", X509.named("www").make().pem(), "");
    iam.excepted("www", "2020-01-01", "vendor\u2028migration");
    assertThat(exceptions())
        .containsExactly("Its tags ask for an exception until 2020-01-01: vendor migration.");
    iam.tagged("www", "certsweep:exception-until", "soon");
    assertThat(exceptions())
        .containsExactly("Its tags ask for an exception until soon: (no reason).");
    iam.tagged("www", "certsweep:exception-reason", "x");
    assertThat(exceptions()).containsExactly("Its tags ask for an exception until (no date): x.");
    iam.tagged("www", "owner", "me");
    assertThat(exceptions()).isEmpty();
    iam.withoutListsOfTags();
    assertThat(exceptions())
        .containsExactly("IAM did not return its tags. They may ask for an exception.");
  }

  private List<String> exceptions() throws InterruptedException {
    return read().read().get("ASCA-www").warnings().stream()
        .filter(one -> one.code() == Warning.Code.EXCEPTION)
        .map(Warning::text)
        .toList();
  }
}
