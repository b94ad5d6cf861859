package io.github.certsweep.audit.format;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toUnmodifiableSet;

import com.google.gson.JsonObject;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.control.Requirement;
import io.github.certsweep.control.Requirement.MappedBy;
import io.github.certsweep.control.Requirements;
import io.github.certsweep.usage.UncheckedPlace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The findings of one report. What OCSF has no member for is in {@code unmapped}, as in the JSON
 * format.
 */
final class OcsfFindings {
  private static final int CLASS = 2003;
  private static final int USAGE_LENGTH = 2000;
  private static final String TITLE =
      "Expired SSL/TLS certificates managed in IAM should be removed";
  private static final String REFERENCE =
      "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-26";

  private static final List<String> STANDARDS =
      Requirements.all().stream()
          .filter(one -> one.mappedBy() != MappedBy.CERTSWEEP)
          .map(Requirement::standard)
          .distinct()
          .toList();

  private static final List<String> REQUIREMENTS =
      Requirements.all().stream().map(Requirement::label).toList();

  private final AuditReport report;
  private final FlaggedSince since;
  private final Set<String> still;
  private final Set<String> gone;

  private OcsfFindings(
      AuditReport report, FlaggedSince since, Set<String> still, Set<String> gone) {
    this.report = report;
    this.since = since;
    this.still = still;
    this.gone = gone;
  }

  static OcsfFindings of(AuditReport report) {
    return new OcsfFindings(
        report,
        FlaggedSince.in(report),
        ids(report, Comparison::still),
        ids(report, Comparison::gone));
  }

  private static Set<String> ids(
      AuditReport report, Function<Comparison, Collection<Finding>> findings) {
    return report.comparison().map(findings).stream()
        .flatMap(Collection::stream)
        .map(Finding::id)
        .collect(toUnmodifiableSet());
  }

  /** Whether everything could be looked at. It stays the same finding from report to report. */
  JsonObject ofTheSearch() {
    List<UncheckedPlace> forgiven = ReportJson.forgiven(report);
    List<String> details = new ArrayList<>();
    report.unchecked().forEach(place -> details.add("Not checked: " + place.label() + "."));
    forgiven.forEach(
        place -> details.add("Not checked (allowed by UsageExceptions): " + place.label() + "."));
    details.addAll(report.limits());
    long unknown = report.count(ExpirationStatus.UNKNOWN);
    if (unknown > 0) {
      details.add("Certificates without an expiration in IAM: " + unknown + ".");
    }
    boolean all = details.isEmpty();
    OcsfWord status = all ? OcsfWord.PASS : report.complete() ? OcsfWord.WARNING : OcsfWord.UNKNOWN;
    String code = report.complete() ? "COMPLETE" : "INCOMPLETE";
    String title =
        (all ? "Everything" : "Not everything") + " was checked for expired server certificates";
    String detail = all ? "Everything was checked." : String.join(" ", details);
    JsonObject account =
        new JsonMembers()
            .text("uid", report.account())
            .text("name", report.account())
            .text("type", "AWS::::Account")
            .text("cloud_partition", report.partition())
            .toJson();
    return finding(OcsfWord.CREATE)
        .word("severity", report.complete() ? OcsfWord.INFORMATIONAL : OcsfWord.HIGH)
        .text("status_code", code)
        .text("status_detail", detail)
        .text("message", title + ". " + report.verdict())
        .add("compliance", compliance(status, code, details))
        .add("finding_info", info("search", title, report.verdict(), Optional.empty()))
        .list("resources", List.of(account), Function.identity())
        .add(
            "remediation",
            remediation(
                all
                    ? "Nothing to do."
                    : "Grant what the errors name, and run the audit again without limits."))
        .add("unmapped", new JsonMembers().add("report", ReportJson.head(report)).toJson())
        .toJson();
  }

  JsonObject of(AuditedCertificate one) {
    String status = one.status().name();
    String detail = detail(one);
    JsonObject resource =
        new JsonMembers()
            .text("uid", one.certificate().arn())
            .text("uid_alt", one.certificate().id())
            .text("name", one.certificate().name())
            .text("type", "AWS::IAM::ServerCertificate")
            .text("cloud_partition", report.partition())
            .number("created_time", one.certificate().uploaded().toEpochMilli())
            .toJson();
    return finding(activity(one))
        .word("severity", OcsfWord.severity(one.priority()))
        .text("status_code", status)
        .text("status_detail", detail)
        .text("message", title(one) + ". " + detail)
        .add(
            "compliance",
            compliance(OcsfWord.compliance(one.status()), status, List.of(one.reason(), detail)))
        .add(
            "finding_info",
            info(one.certificate().id(), title(one), one.priority().meaning(), since.of(one)))
        .list("resources", List.of(resource), Function.identity())
        .add("remediation", remediation(one.priority().action() + ". " + one.priority().meaning()))
        .add(
            "unmapped",
            new JsonMembers().add("certificate", CertificateJson.of(one, since)).toJson())
        .toJson();
  }

  /** What all findings begin with. */
  private JsonMembers finding(OcsfWord activity) {
    JsonObject product =
        new JsonMembers()
            .text("name", "Certsweep")
            .text("vendor_name", "Certsweep")
            .text("version", report.origin().version())
            .toJson();
    JsonObject metadata =
        new JsonMembers()
            .text("version", "1.5.0")
            .add("product", product)
            .texts("profiles", List.of("cloud"))
            .text("event_code", "iam-server-certificate-expiration")
            .toJson();
    JsonObject account =
        new JsonMembers()
            .text("uid", report.account())
            .text("type", "AWS Account")
            .number("type_id", 10)
            .toJson();
    JsonObject cloud =
        new JsonMembers()
            .text("provider", "AWS")
            .text("cloud_partition", report.partition())
            .text("region", report.parameters().region())
            .add("account", account)
            .toJson();
    return new JsonMembers()
        .number("activity_id", activity.number())
        .text("activity_name", activity.caption())
        .number("category_uid", 2)
        .text("category_name", "Findings")
        .number("class_uid", CLASS)
        .text("class_name", "Compliance Finding")
        .number("type_uid", CLASS * 100L + activity.number())
        .text("type_name", "Compliance Finding: " + activity.caption())
        .number("time", report.origin().at().toEpochMilli())
        .add("metadata", metadata)
        .add("cloud", cloud)
        .word("status", activity.equals(OcsfWord.CLOSE) ? OcsfWord.RESOLVED : OcsfWord.NEW);
  }

  /** Closed is only what is known to be valid: not what has lost its expiration. */
  private OcsfWord activity(AuditedCertificate one) {
    String id = one.certificate().id();
    boolean seenBefore = still.contains(id) || gone.contains(id);
    if (!seenBefore) {
      return OcsfWord.CREATE;
    }
    return one.status() == ExpirationStatus.VALID ? OcsfWord.CLOSE : OcsfWord.UPDATE;
  }

  private static JsonObject compliance(OcsfWord status, String code, List<String> details) {
    return new JsonMembers()
        .texts("standards", STANDARDS)
        .text("control", TITLE)
        .texts("requirements", REQUIREMENTS)
        .word("status", status)
        .text("status_code", code)
        .texts("status_details", details)
        .toJson();
  }

  /** The finding's identity: the certificate's id, which no other certificate ever has. */
  private JsonObject info(String id, String title, String description, Optional<Instant> first) {
    long now = report.origin().at().toEpochMilli();
    return new JsonMembers()
        .text("uid", "certsweep:" + report.partition() + ":" + report.account() + ":" + id)
        .text("title", title)
        .text("desc", description)
        .texts("types", List.of("Software and Configuration Checks"))
        .number("created_time", first.map(Instant::toEpochMilli).orElse(now))
        .number("first_seen_time", first.map(Instant::toEpochMilli))
        .number("modified_time", now)
        .number("last_seen_time", now)
        .toJson();
  }

  private static JsonObject remediation(String description) {
    return new JsonMembers()
        .text("desc", description)
        .texts("references", List.of(REFERENCE))
        .toJson();
  }

  private static String title(AuditedCertificate one) {
    String name = "The server certificate " + one.certificate().name();
    return name
        + switch (one.status()) {
          case EXPIRED -> " has expired";
          case UNKNOWN -> " has no expiration in IAM";
          case EXPIRING -> " is about to expire";
          case VALID -> " is valid";
        };
  }

  /** Who uses it, and what could not be looked at. */
  private String detail(AuditedCertificate one) {
    String usage =
        one.usage()
            .map(found -> found.sentence(USAGE_LENGTH))
            .orElse("Usage unknown: nothing was searched.");
    return usage + report.limits().stream().map(" "::concat).collect(joining());
  }
}
