package io.github.certsweep.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.google.gson.JsonElement;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.certsweep.aws.Pause;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.exemption.Exemption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.config.ConfigClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.securityhub.SecurityHubClient;

/** The design, held by the build: see the package-infos for what each package is for. */
class ArchitectureTest {
  private static final String PRODUCT = "io.github.certsweep";

  /** The classes that speak to AWS, or hand a client on, beside the sources of usage. */
  private static final Set<String> KNOW_AWS_CLIENTS =
      Set.of(
          "EvaluateHandler",
          "InspectHandler",
          "RemoveHandler",
          "Clients",
          "IamCertificateStore",
          "ServerCertificateRule",
          "RecordedResults",
          "EvaluationReporter",
          "FindingStore",
          "Removal",
          "CertificateDeletion",
          "UsageRegions",
          "AccountCalls",
          "AcmCertificates",
          "OrganizationAudit",
          "OrganizationAccounts",
          "AggregatedResults",
          "AggregatorSources",
          "CertificateTags");

  private static final String USAGE_SOURCE = PRODUCT + ".usage.UsageSource";
  private static final String VERDICT = PRODUCT + ".verdict.Verdict";

  private static final Pattern READING =
      Pattern.compile(
          "(list|get|describe)[A-Z].*|close|serviceMetadata|serviceClientConfiguration|builder");

  private static final JavaClasses PRODUCT_CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(PRODUCT);

  private static final JavaClasses OFFENDERS =
      new ClassFileImporter()
          .importClasses(
              Offender.class, Offender.CertificateHelper.class, Offender.DecidingHandler.class);

  /** Rules that an offender can break by itself. */
  static Stream<ArchRule> rules() {
    return Stream.of(
        noClasses()
            .that(
                describe(
                    "are neither sources of usage nor named here",
                    one -> !KNOW_AWS_CLIENTS.contains(outer(one)) && !isUsageSource(one)))
            .should()
            .dependOnClassesThat(assignableTo(SdkClient.class))
            .as("The pure classes know no AWS client"),
        noClasses()
            .that(not(named("CertificateDeletion")))
            .should()
            .accessTargetWhere(calls(SdkClient.class, "deleteServerCertificate"::equals))
            .as("Only CertificateDeletion calls DeleteServerCertificate"),
        noClasses()
            .that(not(named("CertificateDeletion")))
            .should()
            .dependOnClassesThat()
            .haveSimpleNameStartingWith("DeleteServerCertificateRequest")
            .as("Only CertificateDeletion makes a request to delete"),
        noClasses()
            .that(not(named("EvaluationReporter")))
            .should()
            .accessTargetWhere(calls(SdkClient.class, "putEvaluations"::equals))
            .as("Only EvaluationReporter calls PutEvaluations"),
        noClasses()
            .that(
                describe(
                    "are neither FindingStore nor Clients",
                    one -> !Set.of("FindingStore", "Clients").contains(outer(one))))
            .should()
            .dependOnClassesThat(assignableTo(SecurityHubClient.class))
            .as("Only FindingStore calls Security Hub"),
        noClasses()
            .should()
            .accessTargetWhere(
                calls(
                    SdkClient.class,
                    name ->
                        !READING.matcher(name).matches()
                            && !List.of(
                                    "deleteServerCertificate",
                                    "putEvaluations",
                                    "batchImportFindings")
                                .contains(name)))
            .as("Nothing else in AWS is changed"),
        noClasses()
            .should()
            .accessTargetWhere(
                target(
                    "tell the time",
                    target ->
                        target.getName().equals("now")
                            || target.getFullName().startsWith("java.lang.System.currentTime")
                            || target.getFullName().startsWith("java.lang.System.nanoTime")
                            || target.getFullName().startsWith("java.util.Date.<init>")))
            .as("Time comes from a Clock alone"),
        noClasses()
            .should()
            .accessTargetWhere(
                target(
                    "print",
                    target ->
                        target.getFullName().matches("java\\.lang\\.System\\.(out|err)")
                            || target.getName().equals("printStackTrace")))
            .as("Nothing prints past the log"),
        fields()
            .that()
            .areStatic()
            .and(describe("are written by people", field -> !isGenerated(field)))
            .should(beImmutable())
            .as("There is no static mutable state"),
        noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Manager|Common)")
            .as("A class is named after what it does"),
        classes()
            .that()
            .implement(RequestStreamHandler.class)
            .should(notBranch())
            .as("The handlers hold no logic"),
        classes()
            .that()
            .implement(RequestStreamHandler.class)
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                        PRODUCT + "..",
                        "com.amazonaws.services.lambda.runtime",
                        "java.io",
                        "java.time",
                        "java.nio.charset")
                    .or(resideInAnyPackage("java.lang").and(not(assignableTo(Thread.class))))
                    .or(assignableTo(JsonElement.class))
                    .or(assignableTo(IamClient.class))
                    .or(assignableTo(ConfigClient.class)))
            .as("The handlers only wire"));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void theDesignHolds(ArchRule rule) {
    rule.check(PRODUCT_CLASSES);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void eachRuleNoticesAnOffender(ArchRule rule) {
    assertThat(rule.evaluate(OFFENDERS).hasViolation()).isTrue();
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching(PRODUCT + ".(*)..").should().beFreeOfCycles().check(PRODUCT_CLASSES);
  }

  @Test
  void nothingKnowsTheHandlers() {
    noClasses()
        .that()
        .resideOutsideOfPackage(PRODUCT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(PRODUCT)
        .check(PRODUCT_CLASSES);
  }

  @Test
  void nothingKnowsTheAudit() {
    noClasses()
        .that()
        .resideOutsideOfPackage(PRODUCT + ".audit..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(PRODUCT + ".audit..")
        .check(PRODUCT_CLASSES);
    slices().matching(PRODUCT + ".audit.(*)..").should().beFreeOfCycles().check(PRODUCT_CLASSES);
  }

  @Test
  void onlyTheRuleImportsFindings() {
    noClasses()
        .that()
        .resideOutsideOfPackages(PRODUCT + ".findings..", PRODUCT + ".rule..")
        .and(not(named("EvaluateHandler")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(PRODUCT + ".findings..")
        .check(PRODUCT_CLASSES);
  }

  @Test
  void onlyTheRemovalDeletes() {
    assertThat(PRODUCT_CLASSES.get(PRODUCT + ".removal.CertificateDeletion").getModifiers())
        .doesNotContain(JavaModifier.PUBLIC);
    classes()
        .that(named("CertificateDeletion"))
        .should()
        .onlyHaveDependentClassesThat()
        .haveFullyQualifiedName(PRODUCT + ".removal.Removal")
        .orShould()
        .onlyHaveDependentClassesThat()
        .haveFullyQualifiedName(PRODUCT + ".removal.CertificateDeletion")
        .check(PRODUCT_CLASSES);
  }

  @Test
  void theDeletionTakesAVerdictThatTheJudgeMade() {
    List<JavaMethod> deleting =
        PRODUCT_CLASSES.get(PRODUCT + ".removal.CertificateDeletion").getMethods().stream()
            .filter(method -> method.getName().equals("delete"))
            .toList();
    assertThat(deleting)
        .singleElement()
        .satisfies(method ->
            assertThat(method.getRawParameterTypes())
                .extracting(JavaClass::getName)
                .contains(VERDICT));
    JavaClass verdict = PRODUCT_CLASSES.get(VERDICT);
    assertThat(verdict.getConstructors())
        .allSatisfy(
            constructor -> assertThat(constructor.getModifiers()).contains(JavaModifier.PRIVATE));
    assertThat(
            verdict
                .getMethod("of", JudgedCertificate.class, Optional.class, Exemption.class)
                .getModifiers())
        .doesNotContain(JavaModifier.PUBLIC);
    noClasses()
        .that(not(named("Judge")))
        .should()
        .accessTargetWhere(
            target(
                "make a verdict on a certificate",
                target ->
                    target.getOwner().getName().equals(VERDICT) && target.getName().equals("of")))
        .check(PRODUCT_CLASSES);
  }

  @Test
  void noVerdictOutlivesItsInvocation() {
    fields()
        .that()
        .haveRawType(VERDICT)
        .should()
        .beDeclaredInClassesThat()
        .haveSimpleName("RemovalResult")
        .check(PRODUCT_CLASSES);
  }

  @Test
  void theJudgeKnowsNeitherTheRuleNorTheRemoval() {
    noClasses()
        .that()
        .resideInAnyPackage(
            PRODUCT + ".verdict..", PRODUCT + ".usage..", PRODUCT + ".certificate..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(PRODUCT + ".rule..", PRODUCT + ".removal..", PRODUCT + ".findings..")
        .check(PRODUCT_CLASSES);
    noClasses()
        .that()
        .resideInAPackage(PRODUCT + ".rule..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(PRODUCT + ".removal..")
        .check(PRODUCT_CLASSES);
  }

  @Test
  void onlyThePauseSleeps() {
    noClasses()
        .that(not(assignableTo(Pause.class)))
        .should()
        .accessTargetWhere(
            target("sleep", target -> target.getFullName().startsWith("java.lang.Thread.sleep")))
        .check(PRODUCT_CLASSES);
  }

  /** Whether it is a source of usage, or a class within one. */
  private static boolean isUsageSource(JavaClass one) {
    return one.isAssignableTo(USAGE_SOURCE)
        || one.getEnclosingClass().filter(ArchitectureTest::isUsageSource).isPresent();
  }

  private static DescribedPredicate<JavaClass> named(String simpleName) {
    return describe("are " + simpleName, one -> outer(one).equals(simpleName));
  }

  /** The name of the class, of a class without a name that of the one around it. */
  private static String outer(JavaClass one) {
    return one.isAnonymousClass()
        ? outer(one.getEnclosingClass().orElseThrow())
        : one.getSimpleName();
  }

  private static DescribedPredicate<JavaAccess<?>> calls(
      Class<?> client, Predicate<String> method) {
    return target(
        "call it",
        target -> target.getOwner().isAssignableTo(client) && method.test(target.getName()));
  }

  private static DescribedPredicate<JavaAccess<?>> target(
      String description, Predicate<AccessTarget> predicate) {
    return describe(description, access -> predicate.test(access.getTarget()));
  }

  /** Made by the compiler, or by jte from a template. */
  private static boolean isGenerated(JavaField field) {
    return field.getOwner().getSimpleName().matches("Jte\\w+Generated")
        || field.getModifiers().contains(JavaModifier.SYNTHETIC)
        || field.getOwner().getModifiers().contains(JavaModifier.SYNTHETIC);
  }

  /** Final, and no array; a collection has to be one that can't be changed. */
  private static ArchCondition<JavaField> beImmutable() {
    return new ArchCondition<>("be immutable") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        boolean immutable =
            field.getModifiers().contains(JavaModifier.FINAL)
                && !field.getRawType().isArray()
                && (!field.getRawType().isAssignableTo(Iterable.class)
                    || content(field).getClass().getName().startsWith("java.util.Immutable"));
        events.add(new SimpleConditionEvent(field, immutable, field.getDescription()));
      }
    };
  }

  private static Object content(JavaField field) {
    try {
      java.lang.reflect.Field reflected = field.reflect();
      reflected.setAccessible(true);
      return reflected.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Looks at the instructions: nothing is decided where none of them branches. */
  private static ArchCondition<JavaClass> notBranch() {
    return new ArchCondition<>("not branch") {
      @Override
      public void check(JavaClass one, ConditionEvents events) {
        boolean branches = instructions(one).anyMatch(ArchitectureTest::branches);
        events.add(new SimpleConditionEvent(one, !branches, one.getName() + " branches"));
      }
    };
  }

  private static boolean branches(Instruction instruction) {
    return instruction instanceof BranchInstruction
        || instruction instanceof TableSwitchInstruction
        || instruction instanceof LookupSwitchInstruction;
  }

  private static Stream<Instruction> instructions(JavaClass one) {
    try (InputStream file = one.getSource().orElseThrow().getUri().toURL().openStream()) {
      return ClassFile.of().parse(file.readAllBytes()).methods().stream()
          .flatMap(method -> method.code().stream())
          .flatMap(code -> code.elementStream())
          .filter(Instruction.class::isInstance)
          .map(Instruction.class::cast);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
