package io.github.certsweep.exemption;

import static io.github.certsweep.fake.World.CLOCK;
import static io.github.certsweep.fake.World.NOW;
import static io.github.certsweep.fake.World.certificate;
import static io.github.certsweep.fake.World.expired;
import static io.github.certsweep.fake.World.iamError;
import static io.github.certsweep.fake.World.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.certsweep.aws.Deadline;
import io.github.certsweep.certificate.IamCertificateStore;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.fake.FakeIam;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

class ExemptionsTest {
  private static final ExceptionLimit THIRTY = new ExceptionLimit(30);

  private final FakeIam iam =
      new FakeIam()
          .with(expired("old"), valid("new"))
          .excepted("old", "2026-12-01", "vendor migration")
          .excepted("new", "2026-12-01", "nothing to except");

  @Test
  void onlyTagsOfFlaggedCertificatesAreRead() {
    iam.with(certificate("soon", NOW.plus(Duration.ofDays(5))))
        .excepted("soon", "2026-12-01", "in the lead time");
    assertThat(sentences(7))
        .isEqualTo(
            Map.of(
                "old", "Exception until 2026-12-01: vendor migration.",
                "soon", "Exception until 2026-12-01: in the lead time.",
                "new", ""));
    assertThat(iam.tagReads).containsExactlyInAnyOrder("old", "soon");
  }

  @Test
  void aCertificateWithoutExpirationIsNotAskedFor() {
    iam.with(valid("odd").toBuilder().expiration(null).build());
    assertThat(all(0).get("odd")).isEqualTo(new Exemption.None());
    assertThat(iam.tagReads).containsExactly("old");
  }

  @Test
  void nothingIsReadWhileExceptionsAreOff() {
    Exemptions off =
        Exemptions.read(
            ExceptionLimit.OFF,
            new CertificateTags(() -> {
              throw new AssertionError("A client was made.");
            }));
    assertThat(off.of(judged(0), deadline()).values()).containsOnly(new Exemption.None());
    assertThat(off.of(judged(0).getFirst(), Optional.empty())).isEqualTo(new Exemption.None());
    Deadline deadline = deadline();
    assertThat(off.beforeReading(deadline)).isSameAs(deadline);
  }

  @Test
  void noClientIsMadeIfNothingIsFlagged() {
    iam.without("old");
    Exemptions on =
        Exemptions.read(
            THIRTY,
            new CertificateTags(() -> {
              throw new AssertionError("A client was made.");
            }));
    assertThat(on.of(judged(0), deadline()).values()).containsOnly(new Exemption.None());
  }

  @Test
  void aSearchLeavesTimeToRead() {
    assertThat(
            Exemptions.read(THIRTY, new CertificateTags(() -> iam))
                .beforeReading(deadline())
                .left())
        .isEqualTo(deadline().left().minusSeconds(5));
    assertThat(Exemptions.readLater(THIRTY).beforeReading(deadline()).left())
        .isEqualTo(deadline().left());
  }

  @Test
  void whoeverReadsLaterKnowsNothingYet() {
    Exemptions later = Exemptions.readLater(THIRTY);
    JudgedCertificate old = judged(0).getFirst();
    assertThat(later.of(List.of(old), deadline())).containsValue(new Exemption.NotReadYet());
    assertThat(later.of(old, Optional.of(Map.of()))).isEqualTo(new Exemption.None());
    assertThat(later.of(old, Optional.empty()).sentence())
        .startsWith("Exception unknown: iam:GetServerCertificate failed: ");
    assertThat(iam.tagReads).isEmpty();
  }

  @Test
  void allPagesAreRead() {
    iam.listingTagsBy(request ->
        switch (String.valueOf(request.marker())) {
          case "null" -> page("p2", tag("owner", "me"));
          case "p2" -> page("p3", tag(ExceptionLimit.UNTIL, "2026-12-01"));
          default -> page(null, tag(ExceptionLimit.REASON, "on the third page"));
        });
    assertThat(sentences(0).get("old")).isEqualTo("Exception until 2026-12-01: on the third page.");
    assertThat(iam.tagReads).hasSize(3);
  }

  static List<Consumer<FakeIam>> failures() {
    return List.of(
        iam -> failing(iam, iamError(403, "AccessDenied", "No")),
        iam -> failing(iam, iamError(400, "Throttling", "Rate exceeded")),
        iam -> failing(iam, FakeIam.noSuchEntity("old")),
        iam -> failing(iam, new IllegalStateException("odd")),
        iam -> answering(iam, ListServerCertificateTagsResponse.builder().build()),
        iam -> answering(iam, page(null, tag(ExceptionLimit.UNTIL, null))),
        iam -> answering(iam, page(null, tag(null, "2026-12-01"))),
        iam -> answering(iam, page(null, tag("a", "1"), tag("a", "2"))),
        iam -> answering(iam, page("again", tag("a", "1"))),
        iam ->
            answering(iam, ListServerCertificateTagsResponse.builder().isTruncated(false).build()),
        iam ->
            answering(
                iam,
                ListServerCertificateTagsResponse.builder()
                    .tags(tag("a", "1"))
                    .isTruncated(true)
                    .build()),
        iam ->
            answering(
                iam, ListServerCertificateTagsResponse.builder().tags(tag("a", "1")).build()));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatCanNotBeReadIsUnknownAndSaysWhy(Consumer<FakeIam> failure) {
    failure.accept(iam);
    Exemption found = all(0).get("old");
    assertThat(found).isInstanceOf(Exemption.Unread.class);
    assertThat(found.sentence()).startsWith("Exception unknown: ").doesNotContain("\n");
    assertThat(found.shortSentence()).matches("Exception unknown: [A-Za-z]+\\.");
  }

  @Test
  void oneFailureLeavesTheOthers() {
    iam.with(expired("older")).excepted("older", "2026-12-01", "x");
    iam.listingTagsBy(request -> {
      if (request.serverCertificateName().equals("old")) {
        throw iamError(403, "AccessDenied", "No");
      }
      return iam.tagsOf(request);
    });
    assertThat(all(0).get("old")).isInstanceOf(Exemption.Unread.class);
    assertThat(all(0).get("older").isInForce()).isTrue();
  }

  @Test
  void whatThereIsNoTimeForIsUnknown() {
    Map<JudgedCertificate, Exemption> found =
        Exemptions.read(THIRTY, new CertificateTags(() -> iam))
            .of(judged(0), Deadline.in(0, CLOCK));
    assertThat(found.values())
        .anySatisfy(
            one -> assertThat(one.shortSentence()).isEqualTo("Exception unknown: OutOfTime."));
    assertThat(iam.tagReads).isEmpty();
  }

  @Test
  void onlySixteenAreReadAtOnce() throws InterruptedException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch sixteen = new CountDownLatch(16);
    IntStream.range(0, 200).forEach(number -> iam.with(expired("c" + number)));
    iam.listingTagsBy(request -> {
      most.accumulateAndGet(now.incrementAndGet(), Math::max);
      sixteen.countDown();
      waitFor(sixteen);
      now.decrementAndGet();
      return page(null);
    });
    assertThat(all(0)).hasSize(202);
    assertThat(most.get()).isEqualTo(16);
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void failing(FakeIam iam, RuntimeException failure) {
    iam.listingTagsBy(request -> {
      throw failure;
    });
  }

  private static void answering(FakeIam iam, ListServerCertificateTagsResponse answer) {
    iam.listingTagsBy((ListServerCertificateTagsRequest request) -> answer);
  }

  private static ListServerCertificateTagsResponse page(String next, Tag... tags) {
    return ListServerCertificateTagsResponse.builder()
        .tags(tags)
        .isTruncated(next != null)
        .marker(next)
        .build();
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private Map<String, String> sentences(int leadDays) {
    Map<String, String> sentences = new HashMap<>();
    all(leadDays).forEach((name, exemption) -> sentences.put(name, exemption.sentence()));
    return sentences;
  }

  private Map<String, Exemption> all(int leadDays) {
    Map<String, Exemption> byName = new HashMap<>();
    Exemptions.read(THIRTY, new CertificateTags(() -> iam))
        .of(judged(leadDays), deadline())
        .forEach((one, exemption) -> byName.put(one.certificate().name(), exemption));
    return byName;
  }

  /** All certificates, worst first. */
  private List<JudgedCertificate> judged(int leadDays) {
    return new IamCertificateStore(iam)
        .listAll(deadline()).stream()
            .map(one -> new JudgedCertificate(one, NOW, leadDays))
            .sorted(JudgedCertificate.WORST_FIRST)
            .toList();
  }

  private static Deadline deadline() {
    return Deadline.in(60_000, CLOCK);
  }
}
