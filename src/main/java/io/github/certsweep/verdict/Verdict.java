package io.github.certsweep.verdict;

import static java.util.stream.Collectors.joining;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What expiry and usage mean for one certificate: whether it passes the rule, whether it may be
 * deleted, and why or why not. {@link #deletable} is computed from what was found; no code can hand
 * it in. Immutable.
 */
public final class Verdict {
  /** More would not fit what SSM Automation carries from a step: 100 KB and lists of 100. */
  private static final int LISTED_AT_MOST = 50;

  private static final int FEW_AT_MOST = 10;
  private static final int REASON_LENGTH = 2000;
  private static final int ERROR_LENGTH = 600;
  private static final int NOTE_LENGTH = 300;
  private static final int KINDS_AT_MOST = 3;

  private final Optional<JudgedCertificate> judged;
  private final Optional<CertificateUsage> usage;
  private final String reason;

  private Verdict(
      Optional<JudgedCertificate> judged, Optional<CertificateUsage> usage, String reason) {
    this.judged = judged;
    this.usage = usage;
    this.reason = reason;
  }

  /** The verdict where there is no certificate to judge, which permits nothing. */
  public static Verdict onNothing(String reason) {
    return new Verdict(Optional.empty(), Optional.empty(), reason);
  }

  /** IAM has no certificate of that name, id or ARN. */
  public static Verdict notFound(String certificate) {
    return onNothing(
        "IAM of this account has no server certificate "
            + certificate
            + ": it was deleted or renamed, or never was here.");
  }

  /**
   * The verdict on a certificate.
   *
   * @param usage who uses it, if that was looked up
   */
  static Verdict of(JudgedCertificate judged, Optional<CertificateUsage> usage) {
    return new Verdict(Optional.of(judged), usage, reason(judged, usage));
  }

  /** The certificate; empty if IAM has none that was meant. */
  public Optional<JudgedCertificate> judged() {
    return judged;
  }

  /** Who uses it; empty if that was not looked up. */
  public Optional<CertificateUsage> usage() {
    return usage;
  }

  /**
   * The one place that decides what is deletable: a certificate that was found, has expired by now,
   * and of which it is certain that nothing uses it.
   */
  public boolean deletable() {
    return judged.isPresent()
        && judged.get().status() == ExpirationStatus.EXPIRED
        && usage.isPresent()
        && usage.get().isUnused();
  }

  /** Whether it passes the rule: its expiration is known, and outlasts the lead time. */
  public boolean compliant() {
    return judged.isPresent() && judged.get().status() == ExpirationStatus.VALID;
  }

  /** Whether it may be deleted or why not, in one line. */
  public String reason() {
    return reason;
  }

  private static String reason(JudgedCertificate judged, Optional<CertificateUsage> looked) {
    if (judged.status() != ExpirationStatus.EXPIRED) {
      return judged.description() + ": only certificates known to have expired are deleted.";
    }
    if (looked.isEmpty()) {
      return judged.description() + ". Usage unknown: nothing was searched.";
    }
    CertificateUsage usage = looked.get();
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
  private static String errors(Collection<UncheckedPlace> unchecked) {
    Map<String, String> byCode = new LinkedHashMap<>();
    unchecked.forEach(one -> byCode.putIfAbsent(one.code(), cut(one.error(), ERROR_LENGTH)));
    return byCode.values().stream().limit(KINDS_AT_MOST).collect(joining(" "));
  }

  /** The verdict as {@code InspectHandler} answers it. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("found", judged.isPresent());
    judged.ifPresent(found -> addCertificate(json, found));
    json.addProperty("deletable", deletable());
    json.addProperty("reason", reason);
    usage.ifPresent(found -> {
      addList(json, "usage", found.users(), Verdict::toJson);
      addList(json, "unchecked", found.unchecked(), place -> toJson(place, ERROR_LENGTH));
      addFew(json, "forgiven", found.forgiven(), place -> toJson(place, NOTE_LENGTH));
      addFew(json, "notes", found.notes(), note -> new JsonPrimitive(cut(note, NOTE_LENGTH)));
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
      JsonObject json, String name, Collection<T> all, Function<T, JsonElement> toJson) {
    json.add(name, list(all, LISTED_AT_MOST, toJson));
    json.addProperty(name + "Count", all.size());
  }

  /** What is rare, and stands only in the verdicts that have it. */
  private static <T> void addFew(
      JsonObject json, String name, Collection<T> all, Function<T, JsonElement> toJson) {
    if (!all.isEmpty()) {
      json.add(name, list(all, FEW_AT_MOST, toJson));
      json.addProperty(name + "Count", all.size());
    }
  }

  private static <T> JsonArray list(
      Collection<T> all, int atMost, Function<T, JsonElement> toJson) {
    JsonArray list = new JsonArray();
    all.stream().limit(atMost).map(toJson).forEach(list::add);
    return list;
  }

  private static JsonElement toJson(CertificateUser user) {
    JsonObject json = new JsonObject();
    json.addProperty("service", user.service());
    json.addProperty("region", user.region());
    json.addProperty("resource", user.resource());
    json.addProperty("detail", user.detail());
    return json;
  }

  private static JsonElement toJson(UncheckedPlace unchecked, int errorLength) {
    JsonObject json = new JsonObject();
    json.addProperty("service", unchecked.service());
    json.addProperty("region", unchecked.region());
    json.addProperty("error", cut(unchecked.error(), errorLength));
    return json;
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 3) + "...";
  }
}
