package io.github.certsweep.verdict;

import static java.util.stream.Collectors.joining;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.exemption.Exemption;
import io.github.certsweep.input.Text;
import io.github.certsweep.usage.CertificateUsage;
import io.github.certsweep.usage.CertificateUser;
import io.github.certsweep.usage.UncheckedPlace;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What expiry, usage and exceptions mean for one certificate: whether it passes the rule, whether
 * it may be deleted, and why or why not. {@link #deletable} is computed from what was found; no
 * caller can set it. Immutable.
 */
public final class Verdict {
  /** SSM Automation takes at most 100 KB, and lists of at most 100 items, from a step. */
  private static final int LISTED_AT_MOST = 50;

  private static final int FEW_AT_MOST = 10;
  private static final int REASON_LENGTH = 2000;
  private static final int ERROR_LENGTH = 600;
  private static final int NOTE_LENGTH = 300;
  private static final int KINDS_AT_MOST = 3;

  private final Optional<JudgedCertificate> judged;
  private final Optional<CertificateUsage> usage;
  private final Exemption exemption;
  private final String reason;

  private Verdict(
      Optional<JudgedCertificate> judged,
      Optional<CertificateUsage> usage,
      Exemption exemption,
      String reason) {
    this.judged = judged;
    this.usage = usage;
    this.exemption = exemption;
    this.reason = reason;
  }

  /** The verdict if there is no certificate to judge. It permits nothing. */
  public static Verdict onNothing(String reason) {
    return new Verdict(Optional.empty(), Optional.empty(), new Exemption.None(), reason);
  }

  /** The verdict if IAM has no certificate with that name, id or ARN. */
  public static Verdict notFound(String certificate) {
    return onNothing(
        "This account has no server certificate "
            + certificate
            + " in IAM: it was deleted or renamed, or never existed.");
  }

  /**
   * The verdict on a certificate.
   *
   * @param usage who uses it; empty if nothing was searched
   */
  static Verdict of(
      JudgedCertificate judged, Optional<CertificateUsage> usage, Exemption exemption) {
    return new Verdict(Optional.of(judged), usage, exemption, reason(judged, usage, exemption));
  }

  /** The certificate; empty if IAM does not have it. */
  public Optional<JudgedCertificate> judged() {
    return judged;
  }

  /** Who uses it; empty if nothing was searched. */
  public Optional<CertificateUsage> usage() {
    return usage;
  }

  /** The exception that its tags ask for. */
  public Exemption exemption() {
    return exemption;
  }

  /**
   * The only place that decides what can be deleted: a certificate that IAM has, that has expired,
   * that is certainly unused, and that certainly no exception keeps.
   */
  public boolean deletable() {
    return deletableWithoutException() && exemption.isAbsent();
  }

  /** Whether only an exception, or one that is not known yet, may keep it from being deletable. */
  public boolean deletableWithoutException() {
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

  private static String reason(
      JudgedCertificate judged, Optional<CertificateUsage> looked, Exemption exemption) {
    String exception = note(exemption);
    return reason(judged, looked, REASON_LENGTH - exception.length()) + exception;
  }

  /** What the exception is and, if it keeps the certificate, how to end it. */
  private static String note(Exemption exemption) {
    if (exemption.sentence().isEmpty()) {
      return "";
    }
    String note = " " + Text.shorten(exemption.sentence(), ERROR_LENGTH);
    return exemption.isInForce()
        ? note + " To end it sooner, remove the tag certsweep:exception-until from the certificate."
        : note;
  }

  private static String reason(
      JudgedCertificate judged, Optional<CertificateUsage> looked, int maxLength) {
    if (judged.status() != ExpirationStatus.EXPIRED) {
      return judged.description()
          + ". Only certificates that are known to have expired can be deleted.";
    }
    if (looked.isEmpty()) {
      return judged.description() + ". Usage unknown: nothing was searched.";
    }
    CertificateUsage usage = looked.get();
    if (usage.isUnused()) {
      return judged.description() + ". " + usage.sentence(maxLength);
    }
    String remedy =
        usage.inUse()
            ? "Attach a valid certificate to these resources first."
            : errors(usage.unchecked());
    return usage.longSentence(maxLength - remedy.length()) + " " + remedy;
  }

  /** One error of each kind. Each says what was wrong and what to do. */
  private static String errors(Collection<UncheckedPlace> unchecked) {
    Map<String, String> byCode = new LinkedHashMap<>();
    unchecked.forEach(
        one -> byCode.putIfAbsent(one.code(), Text.shorten(one.error(), ERROR_LENGTH)));
    return byCode.values().stream().limit(KINDS_AT_MOST).collect(joining(" "));
  }

  /** The verdict as {@code InspectHandler} answers it. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("found", judged.isPresent());
    judged.ifPresent(found -> addCertificate(json, found));
    json.addProperty("deletable", deletable());
    json.addProperty("reason", reason);
    if (!exemption.sentence().isEmpty()) {
      json.addProperty("exception", Text.shorten(exemption.sentence(), ERROR_LENGTH));
    }
    usage.ifPresent(found -> {
      addList(json, "usage", found.users(), Verdict::toJson);
      addList(json, "unchecked", found.unchecked(), place -> toJson(place, ERROR_LENGTH));
      addFew(json, "forgiven", found.forgiven(), place -> toJson(place, NOTE_LENGTH));
      addFew(
          json, "notes", found.notes(), note -> new JsonPrimitive(Text.shorten(note, NOTE_LENGTH)));
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

  /** Adds the first items of the list, and the number of all items. */
  private static <T> void addList(
      JsonObject json, String name, Collection<T> all, Function<T, JsonElement> toJson) {
    json.add(name, list(all, LISTED_AT_MOST, toJson));
    json.addProperty(name + "Count", all.size());
  }

  /** Adds a list that is usually empty; if it is, adds nothing. */
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
    json.addProperty("error", Text.shorten(unchecked.error(), errorLength));
    return json;
  }
}
