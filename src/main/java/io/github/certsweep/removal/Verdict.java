package io.github.certsweep.removal;

import static java.util.stream.Collectors.joining;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.Unchecked;
import io.github.certsweep.usage.Use;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether a certificate may be deleted, and why or why not.
 *
 * @param judged the certificate; empty if IAM has none of that name, id or ARN
 * @param usage who uses it; empty if it was not found
 * @param deletable only if it was found, has expired by now, every place was looked at, and nothing
 *     uses it
 */
public record Verdict(
    Optional<JudgedCertificate> judged,
    Optional<CertificateUsage> usage,
    boolean deletable,
    String reason) {
  /** More would not fit what SSM Automation carries from a step: 100 KB and lists of 100. */
  private static final int LISTED_AT_MOST = 50;

  private static final int REASON_LENGTH = 2000;
  private static final int ERROR_LENGTH = 600;
  private static final int KINDS_AT_MOST = 3;

  static Verdict notFound(String certificate) {
    return new Verdict(
        Optional.empty(),
        Optional.empty(),
        false,
        "IAM of this account has no server certificate "
            + certificate
            + ": it was deleted or renamed, or never was here.");
  }

  /** The one place that decides what is deletable. */
  static Verdict of(JudgedCertificate judged, CertificateUsage usage) {
    boolean expired = judged.status() == ExpirationStatus.EXPIRED;
    return new Verdict(
        Optional.of(judged),
        Optional.of(usage),
        expired && usage.isUnused(),
        reason(judged, usage, expired));
  }

  private static String reason(JudgedCertificate judged, CertificateUsage usage, boolean expired) {
    if (!expired) {
      return judged.description() + ": only certificates known to have expired are deleted.";
    }
    if (usage.isUnused()) {
      return judged.description() + ". " + usage.sentence(REASON_LENGTH);
    }
    String remedy =
        usage.inUse()
            ? "Give these resources a valid certificate first."
            : errors(usage.unchecked());
    return usage.longSentence(REASON_LENGTH - remedy.length()) + " " + remedy;
  }

  /** One error of each kind: it names what was wrong, and what to do about it. */
  private static String errors(Collection<Unchecked> unchecked) {
    Map<String, String> byCode = new LinkedHashMap<>();
    unchecked.forEach(one -> byCode.putIfAbsent(one.code(), cut(one.error())));
    return byCode.values().stream().limit(KINDS_AT_MOST).collect(joining(" "));
  }

  /** The verdict as {@code InspectHandler} answers it. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("found", judged.isPresent());
    judged.ifPresent(found -> addCertificate(json, found));
    json.addProperty("deletable", deletable);
    json.addProperty("reason", reason);
    usage.ifPresent(users -> {
      addList(json, "usage", users.uses(), Verdict::toJson);
      addList(json, "unchecked", users.unchecked(), Verdict::toJson);
    });
    return json;
  }

  private static void addCertificate(JsonObject json, JudgedCertificate found) {
    json.addProperty("name", found.certificate().name());
    json.addProperty("id", found.certificate().id());
    json.addProperty("arn", found.certificate().arn());
    json.addProperty("path", found.certificate().path());
    json.addProperty("uploaded", found.certificate().uploaded().toString());
    found
        .certificate()
        .expiration()
        .ifPresent(end -> json.addProperty("expiration", end.toString()));
    json.addProperty("status", found.status().name());
  }

  /** The first of the list, and beside it how many there are. */
  private static <T> void addList(
      JsonObject json, String name, Collection<T> all, Function<T, JsonObject> toJson) {
    JsonArray list = new JsonArray();
    all.stream().limit(LISTED_AT_MOST).map(toJson).forEach(list::add);
    json.add(name, list);
    json.addProperty(name + "Count", all.size());
  }

  private static JsonObject toJson(Use use) {
    JsonObject json = new JsonObject();
    json.addProperty("service", use.service());
    json.addProperty("region", use.region());
    json.addProperty("resource", use.resource());
    json.addProperty("detail", use.detail());
    return json;
  }

  private static JsonObject toJson(Unchecked unchecked) {
    JsonObject json = new JsonObject();
    json.addProperty("service", unchecked.service());
    json.addProperty("region", unchecked.region());
    json.addProperty("error", cut(unchecked.error()));
    return json;
  }

  private static String cut(String text) {
    return text.length() <= ERROR_LENGTH ? text : text.substring(0, ERROR_LENGTH - 3) + "...";
  }
}
