package io.github.certsweep.audit.format;

import com.google.gson.JsonObject;
import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.Comparison;
import io.github.certsweep.audit.report.Comparison.Finding;
import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.audit.report.Quota;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.UncheckedPlace;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** What a report says of the whole account, as docs/audit.schema.json describes it. */
final class ReportJson {
  private ReportJson() {}

  /** All but the certificates and the comparison. What is not known comes first. */
  static JsonObject head(AuditReport report) {
    return new JsonMembers()
        .number("schemaVersion", JsonFormat.SCHEMA_VERSION)
        .flag("complete", report.complete())
        .text("verdict", report.verdict())
        .number("exitCode", report.exitCode())
        .list("unchecked", report.unchecked(), ReportJson::place)
        .list("forgiven", forgiven(report), ReportJson::place)
        .texts("limits", report.limits())
        .texts("notes", report.notes())
        .text("account", report.account())
        .text("partition", report.partition())
        .text("at", report.origin().at().toString())
        .text("version", report.origin().version())
        .text("commit", report.origin().commit())
        .text("caller", report.origin().caller())
        .add("parameters", parameters(report.parameters()))
        .add("quota", report.quota().map(ReportJson::quota))
        .add("counts", counts(report))
        .toJson();
  }

  /** The places that were not searched where the caller allows it: every search has the same. */
  static List<UncheckedPlace> forgiven(AuditReport report) {
    return report.certificates().stream()
        .map(AuditedCertificate::usage)
        .flatMap(usage -> usage.map(CertificateUsage::forgiven).stream())
        .flatMap(Collection::stream)
        .distinct()
        .toList();
  }

  private static JsonObject place(UncheckedPlace place) {
    return new JsonMembers()
        .text("service", place.service())
        .text("region", place.region())
        .text("code", place.code())
        .text("error", place.error())
        .toJson();
  }

  private static JsonObject parameters(AuditParameters parameters) {
    return new JsonMembers()
        .number("days", parameters.days())
        .text("region", parameters.region())
        .texts("regions", parameters.regions())
        .texts("usageExceptions", parameters.usageExceptions())
        .flag("usage", parameters.usage())
        .flag("details", parameters.details())
        .toJson();
  }

  private static JsonObject quota(Quota quota) {
    return new JsonMembers().number("used", quota.used()).number("limit", quota.limit()).toJson();
  }

  private static JsonObject counts(AuditReport report) {
    JsonMembers statuses = new JsonMembers();
    Stream.of(ExpirationStatus.values())
        .forEach(status -> statuses.number(status.name(), report.count(status)));
    JsonMembers priorities = new JsonMembers();
    Stream.of(Priority.values())
        .forEach(priority -> priorities.number(priority.name(), report.count(priority)));
    return new JsonMembers()
        .number("certificates", report.certificates().size())
        .number("unchecked", report.unchecked().size())
        .number("deletable", report.certificates().stream().filter(one -> one.deletable()).count())
        .add("byStatus", statuses.toJson())
        .add("byPriority", priorities.toJson())
        .toJson();
  }

  static JsonObject comparison(Comparison comparison) {
    return new JsonMembers()
        .text("earlier", comparison.earlier().toString())
        .list("added", comparison.added(), ReportJson::finding)
        .list("gone", comparison.gone(), ReportJson::finding)
        .list("still", comparison.still(), ReportJson::finding)
        .toJson();
  }

  private static JsonObject finding(Finding finding) {
    return new JsonMembers()
        .text("name", finding.name())
        .text("id", finding.id())
        .text("since", finding.since().toString())
        .text("what", finding.what())
        .toJson();
  }
}
