package io.github.certsweep.verdict;

import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.input.InvalidInputException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateSelectorTest {
  private static final ServerCertificate PLAIN =
      certificate("aws", "/", "www-2018", "ASCAPLAINPLAINPLAINPL");
  private static final ServerCertificate WITH_PATH =
      certificate("aws", "/cloudfront/prod/", "a+b=c,d.e@f-g_h", "ASCAPATHPATHPATHPATHP");
  private static final List<ServerCertificate> LISTED = List.of(PLAIN, WITH_PATH);

  @Test
  void aNameAnIdAndAnArnMeanTheSame() {
    for (String text : List.of("www-2018", "ASCAPLAINPLAINPLAINPL", PLAIN.arn())) {
      assertThat(CertificateSelector.parse(text).select(LISTED)).contains(PLAIN);
    }
  }

  @Test
  void anArnMayLackThePath() {
    assertThat(CertificateSelector.parse(WITH_PATH.arn()).select(LISTED)).contains(WITH_PATH);
    assertThat(
            CertificateSelector.parse(
                    "arn:aws:iam::123456789012:server-certificate/a+b=c,d.e@f-g_h")
                .select(LISTED))
        .contains(WITH_PATH);
  }

  @Test
  void anArnWithAnotherPathIsAnotherCertificate() {
    assertThat(
            CertificateSelector.parse(
                    "arn:aws:iam::123456789012:server-certificate/other/a+b=c,d.e@f-g_h")
                .select(LISTED))
        .isEmpty();
  }

  @Test
  void anArnOfAnotherAccountOrPartitionIsNotThisOne() {
    assertThat(
            CertificateSelector.parse("arn:aws:iam::999999999999:server-certificate/www-2018")
                .select(LISTED))
        .isEmpty();
    assertThat(
            CertificateSelector.parse("arn:aws-cn:iam::123456789012:server-certificate/www-2018")
                .select(LISTED))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"aws", "aws-cn", "aws-us-gov", "aws-iso-b"})
  void everyPartitionHasItsArns(String partition) {
    ServerCertificate certificate = certificate(partition, "/p/", "n", "ASCAXXXXXXXXXXXXXXXXX");
    assertThat(CertificateSelector.parse(certificate.arn()).select(List.of(certificate)))
        .contains(certificate);
  }

  @ParameterizedTest
  @ValueSource(strings = {"www", "www-20188", "ASCAPLAINPLAINPLAINP", "ascaplainplainplainpl"})
  void whatIsOnlyAlikeIsNotIt(String text) {
    assertThat(CertificateSelector.parse(text).select(LISTED)).isEmpty();
  }

  @Test
  void aNameInAnotherCaseIsTheSameName() {
    assertThat(CertificateSelector.parse("WWW-2018").select(LISTED)).contains(PLAIN);
  }

  @Test
  void anExactMatchGoesFirst() {
    ServerCertificate upper = certificate("aws", "/", "WWW-2018", "ASCAUPPERUPPERUPPERUP");
    assertThat(CertificateSelector.parse("WWW-2018").select(List.of(PLAIN, upper))).contains(upper);
    assertThat(CertificateSelector.parse("www-2018").select(List.of(PLAIN, upper))).contains(PLAIN);
    ServerCertificate lowerId =
        certificate("aws", "/", "ascaplainplainplainpl", "ASCALOWERLOWERLOWERLO");
    assertThat(CertificateSelector.parse(PLAIN.id()).select(List.of(PLAIN, lowerId)))
        .contains(PLAIN);
  }

  @Test
  void aNameInAnotherCaseThatTwoHaveIsAmbiguous() {
    ServerCertificate upper = certificate("aws", "/", "WWW-2018", "ASCAUPPERUPPERUPPERUP");
    assertThatThrownBy(() -> CertificateSelector.parse("Www-2018").select(List.of(PLAIN, upper)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"Www-2018\" is ambiguous");
  }

  @Test
  void anArnIsExact() {
    assertThat(
            CertificateSelector.parse("arn:aws:iam::123456789012:server-certificate/WWW-2018")
                .select(LISTED))
        .isEmpty();
  }

  @Test
  void anIdOfAnOldAccountIsAnId() {
    ServerCertificate old = certificate("aws", "/", "old", "AS5YBEIONO2Q7CAIHKNGC");
    assertThat(CertificateSelector.parse(old.id()).select(List.of(PLAIN, old))).contains(old);
  }

  @Test
  void aNameThatIsAnothersIdIsAmbiguous() {
    ServerCertificate impostor = certificate("aws", "/", PLAIN.id(), "ASCAIMPOSTORIMPOSTORI");
    assertThatThrownBy(() -> CertificateSelector.parse(PLAIN.id()).select(List.of(PLAIN, impostor)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"" + PLAIN.id() + "\" is ambiguous");
    assertThat(CertificateSelector.parse(impostor.arn()).select(List.of(PLAIN, impostor)))
        .contains(impostor);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "a/b",
        "*",
        "näme",
        "arn:aws:acm:eu-west-1:123456789012:certificate/abc",
        "arn:aws:iam::12345:server-certificate/www",
        "arn:aws:iam::123456789012:server-certificate/",
        "arn:aws:iam::123456789012:user/www",
        "arn:aws:iam::123456789012:server-certificate/*",
        "www\n"
      })
  void whatCanNotBeACertificateIsRefused(String text) {
    assertThatThrownBy(() -> CertificateSelector.parse(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is not the name, id or ARN of an IAM server");
  }

  @Test
  void aNameHas128CharactersAtMost() {
    assertThat(CertificateSelector.parse("n".repeat(128)).toString()).hasSize(128);
    assertThatThrownBy(() -> CertificateSelector.parse("n".repeat(129)))
        .isInstanceOf(InvalidInputException.class);
  }

  private static ServerCertificate certificate(
      String partition, String path, String name, String id) {
    String arn = "arn:" + partition + ":iam::123456789012:server-certificate" + path + name;
    return new ServerCertificate(name, id, arn, path, NOW, Optional.of(NOW));
  }

  @Test
  void aLongBadNameIsQuotedInPartAndOnOneLine() {
    assertThatThrownBy(() -> CertificateSelector.parse("a\n" + "b".repeat(1_000_000)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("\"a\\u000abbb")
        .hasMessageContaining(
            "b...\" (1000002 characters) is not the name, id or ARN of an IAM server");
  }
}
