package io.github.certsweep.audit.format;

import com.google.gson.JsonObject;
import io.github.certsweep.audit.report.AuditedCertificate;
import io.github.certsweep.audit.report.CertificateDetails;
import io.github.certsweep.audit.report.CertificateDetails.ChainCertificate;
import io.github.certsweep.audit.report.Remedy;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.audit.report.Warning;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import java.util.List;
import java.util.Optional;

/** A certificate as docs/audit.schema.json describes it. */
final class CertificateJson {
  private CertificateJson() {}

  static JsonObject of(AuditedCertificate one, FlaggedSince since) {
    JsonMembers json =
        new JsonMembers()
            .text("name", one.certificate().name())
            .text("id", one.certificate().id())
            .text("arn", one.certificate().arn())
            .text("path", one.certificate().path())
            .text("uploaded", one.certificate().uploaded().toString())
            .text("status", one.status().name())
            .text("priority", one.priority().name())
            .text("action", one.priority().action())
            .text("expiration", one.expiration())
            .number("days", one.days())
            .text("flaggedSince", since.of(one))
            .text("usageStatus", UsageStatus.of(one).name())
            .flag("usageComplete", one.usage().filter(CertificateJson::isComplete).isPresent())
            .list("usage", one.usage().map(CertificateUsage::users), CertificateJson::user)
            .flag("deletable", one.deletable())
            .text("reason", one.reason());
    addDetails(json, one.details());
    return json.list("warnings", warnings(one), CertificateJson::warning)
        .list("replacements", one.replacements(), CertificateJson::replacement)
        .list("commands", one.remedies(), CertificateJson::remedy)
        .toJson();
  }

  /** Whether every place was searched: only then the list of users is all there is. */
  private static boolean isComplete(CertificateUsage usage) {
    return usage.unchecked().isEmpty() && usage.checks() > 0;
  }

  private static JsonObject user(CertificateUser user) {
    return new JsonMembers()
        .text("service", user.service())
        .text("region", user.region())
        .text("resource", user.resource())
        .text("detail", user.detail())
        .text("label", user.label())
        .toJson();
  }

  private static void addDetails(JsonMembers json, Optional<CertificateDetails> details) {
    json.flag("detailsRead", details.isPresent())
        .texts("names", details.map(CertificateDetails::names))
        .text("subject", details.map(CertificateDetails::subject))
        .text("issuer", details.map(CertificateDetails::issuer))
        .text("serial", details.map(CertificateDetails::serial))
        .text("notBefore", details.map(CertificateDetails::notBefore))
        .text("key", details.map(CertificateDetails::key))
        .text("signature", details.map(CertificateDetails::signature))
        .text("fingerprint", details.map(CertificateDetails::fingerprint))
        .list("chain", details.map(CertificateDetails::chain), CertificateJson::chain);
  }

  private static JsonObject chain(ChainCertificate one) {
    return new JsonMembers()
        .text("subject", one.subject())
        .text("issuer", one.issuer())
        .text("expiration", one.expiration().toString())
        .toJson();
  }

  /** Empty if the certificate was not read: that none were found would say too much. */
  private static Optional<List<Warning>> warnings(AuditedCertificate one) {
    return Optional.of(one.warnings())
        .filter(found -> one.details().isPresent() || !found.isEmpty());
  }

  private static JsonObject warning(Warning warning) {
    return new JsonMembers()
        .text("code", warning.code().name())
        .text("text", warning.text())
        .toJson();
  }

  private static JsonObject replacement(Replacement one) {
    return new JsonMembers()
        .text("store", one.store().name())
        .text("region", one.region())
        .text("arn", one.arn())
        .text("id", one.id())
        .text("label", one.label())
        .text("expiration", one.expiration().toString())
        .text("key", one.key())
        .text("issuer", one.issuer())
        .texts("names", one.names())
        .toJson();
  }

  private static JsonObject remedy(Remedy remedy) {
    return new JsonMembers()
        .text("resource", remedy.user().resource())
        .text("detail", remedy.user().detail())
        .text("replacement", remedy.replacements().stream().map(Replacement::arn).findFirst())
        .texts("candidates", remedy.replacements().stream().map(Replacement::arn).toList())
        .texts("commands", remedy.commands())
        .text("note", remedy.note())
        .toJson();
  }
}
