package io.github.certsweep.audit.replacement;

import static io.github.certsweep.audit.report.Audited.certificate;
import static io.github.certsweep.audit.report.Audited.details;
import static io.github.certsweep.audit.report.Audited.listener;
import static io.github.certsweep.fake.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Replacement;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;
import org.quicktheories.generators.Generate;
import org.quicktheories.generators.SourceDSL;

/** What the way out of an incident promises, whatever names certificates have. */
@Tag("property")
class ReplacementPropertiesTest {
  /** Few labels, so that names often cover one another or nearly do. */
  private static final Gen<String> NAME =
      Generate.pick(
          List.of(
              "example.com",
              "EXAMPLE.com",
              "www.example.com",
              "a.www.example.com",
              "*.example.com",
              "*.www.example.com",
              "*.com",
              "com",
              "10.0.0.1",
              "*.0.0.1",
              "w*.example.com",
              "example.com."));

  private static final Gen<List<String>> NAMES = SourceDSL.lists().of(NAME).ofSizeBetween(1, 4);

  @Test
  void aReplacementNeverLacksAName() {
    qt().forAll(NAMES, NAMES, NAMES)
        .checkAssert((needed, one, another) -> {
          AuditedCertificate old =
              certificate("old", -1, listener("default"))
                  .with(details("RSA_2048", needed.toArray(String[]::new)), List.of());
          List<Replacement> found =
              new ReplacementFinder("aws", NOW)
                  .withRemedies(
                      List.of(old, valid("one", one), valid("another", another)), List.of())
                  .getFirst()
                  .replacements();
          for (Replacement replacement : found) {
            assertThat(needed).allMatch(name -> accepts(replacement.names(), name));
          }
          // And nothing that would do is left out, unless it only differs in how names are written.
          Stream.of(one, another)
              .filter(names -> names.containsAll(needed))
              .forEach(names -> assertThat(found).anyMatch(any -> any.names().equals(names)));
        });
  }

  private static AuditedCertificate valid(String name, List<String> names) {
    return certificate(name, 300)
        .with(details("RSA_2048", names.toArray(String[]::new)), List.of());
  }

  /** As a client would: a star is one label of a host name, and only the whole first one. */
  private static boolean accepts(List<String> names, String wanted) {
    boolean isAddress = wanted.matches("[0-9.]+");
    return names.stream()
        .anyMatch(name ->
            bare(name).equalsIgnoreCase(bare(wanted))
                || (!isAddress
                    && name.startsWith("*.")
                    && Pattern.compile(
                            "[^.*]+" + Pattern.quote(bare(name).substring(1)),
                            Pattern.CASE_INSENSITIVE)
                        .matcher(bare(wanted))
                        .matches()));
  }

  private static String bare(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }
}
