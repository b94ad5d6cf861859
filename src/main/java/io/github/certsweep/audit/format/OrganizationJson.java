package io.github.certsweep.audit.format;

import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonWriter;
import io.github.certsweep.audit.organization.report.AccountResults;
import io.github.certsweep.audit.organization.report.CertificateResult;
import io.github.certsweep.audit.organization.report.MissingAccount;
import io.github.certsweep.audit.organization.report.OrganizationParameters;
import io.github.certsweep.audit.organization.report.OrganizationReport;
import io.github.certsweep.audit.organization.report.UncheckedPart;
import io.github.certsweep.audit.report.Priority;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The whole report on an organization as JSON, as docs/audit-organization.schema.json describes it.
 * Written one account at a time.
 */
public final class OrganizationJson implements OrganizationFormat {
  /** Rises when a member is removed or changes its meaning. */
  public static final int SCHEMA_VERSION = 1;

  private static final TypeAdapter<JsonElement> ELEMENTS = new Gson().getAdapter(JsonElement.class);

  @Override
  @SuppressWarnings(
      "resource") // There is nothing to close: what is written to belongs to the caller.
  public void write(OrganizationReport report, Appendable out) throws IOException {
    JsonWriter json = new JsonWriter(new AppendableWriter(out));
    json.setFormattingStyle(FormattingStyle.PRETTY);
    json.beginObject();
    for (Map.Entry<String, JsonElement> member : head(report).entrySet()) {
      ELEMENTS.write(json.name(member.getKey()), member.getValue());
    }
    write(json.name("missing"), report.missing(), OrganizationJson::missing);
    write(json.name("accounts"), report.accounts(), OrganizationJson::account);
    json.endObject();
    out.append('\n');
  }

  private static <T> void write(JsonWriter json, Collection<T> all, Function<T, JsonObject> toJson)
      throws IOException {
    json.beginArray();
    for (T one : all) {
      ELEMENTS.write(json, toJson.apply(one));
    }
    json.endArray();
  }

  /** All but the accounts. What is not known comes first. */
  private static JsonObject head(OrganizationReport report) {
    return new JsonMembers()
        .number("schemaVersion", SCHEMA_VERSION)
        .flag("complete", report.complete())
        .text("verdict", report.verdict())
        .number("exitCode", report.exitCode())
        .list("unchecked", report.unchecked(), OrganizationJson::unchecked)
        .texts("notes", report.notes())
        .text("at", report.origin().at().toString())
        .text("version", report.origin().version())
        .text("commit", report.origin().commit())
        .text("caller", report.origin().caller())
        .add("parameters", parameters(report.parameters()))
        .add("counts", counts(report))
        .toJson();
  }

  private static JsonObject parameters(OrganizationParameters parameters) {
    return new JsonMembers()
        .text("aggregator", parameters.aggregator())
        .text("rule", parameters.rule())
        .text("region", parameters.region())
        .flag("all", parameters.all())
        .toJson();
  }

  private static JsonObject counts(OrganizationReport report) {
    JsonMembers priorities = new JsonMembers();
    Stream.of(Priority.values())
        .forEach(priority -> priorities.number(priority.name(), report.count(priority)));
    return new JsonMembers()
        .number("expectedAccounts", known(report.expected()))
        .number("judgedAccounts", report.judgedAccounts())
        .number("flaggedAccounts", report.flaggedAccounts())
        .number("missingAccounts", report.missingAccounts())
        .number("flaggedCertificates", report.flaggedCertificates())
        .number("unchecked", report.unchecked().size())
        .add("byPriority", priorities.toJson())
        .toJson();
  }

  private static Optional<Long> known(OptionalInt number) {
    return number.isPresent() ? Optional.of((long) number.getAsInt()) : Optional.empty();
  }

  private static JsonObject unchecked(UncheckedPart part) {
    return new JsonMembers()
        .text("what", part.what())
        .text("code", part.code())
        .text("error", part.error())
        .toJson();
  }

  private static JsonObject missing(MissingAccount one) {
    return new JsonMembers()
        .text("account", one.account())
        .text("name", one.name())
        .text("membership", one.membership().name())
        .text("region", one.region())
        .text("reason", one.reason().name())
        .text("meaning", one.reason().meaning())
        .text("detail", one.detail())
        .toJson();
  }

  private static JsonObject account(AccountResults one) {
    return new JsonMembers()
        .text("account", one.account())
        .text("name", one.name())
        .text("membership", one.membership().name())
        .text("region", one.region())
        .text("compliance", one.compliance().name())
        .flag("outOfDate", one.outOfDate())
        .number("flagged", one.flagged().stream().mapToObj(Long::valueOf).findFirst())
        .text("details", one.details().state().name())
        .text("newest", one.details().newest())
        .add("error", one.details().error().map(OrganizationJson::unchecked))
        .list("results", one.details().results(), OrganizationJson::result)
        .toJson();
  }

  private static JsonObject result(CertificateResult result) {
    return new JsonMembers()
        .text("type", result.type())
        .text("id", result.id())
        .text("compliance", result.compliance().name())
        .text("priority", result.priority())
        .text("action", result.action())
        .text("annotation", result.annotation())
        .text("orderedAt", result.orderedAt().toString())
        .toJson();
  }
}
