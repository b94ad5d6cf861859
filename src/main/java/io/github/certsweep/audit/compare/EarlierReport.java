package io.github.certsweep.audit.compare;

import io.github.certsweep.audit.format.JsonFormat;
import io.github.certsweep.audit.report.AuditParameters;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.certificate.ExpirationStatus;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.input.JsonFields;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A report that an earlier audit wrote as JSON.
 *
 * @param file its name, for messages
 * @param at when it was made
 * @param unchecked how many places it could not check
 */
public record EarlierReport(
    String file,
    String account,
    String partition,
    Instant at,
    AuditParameters parameters,
    int unchecked,
    List<EarlierCertificate> certificates) {
  private static final String REMEDY =
      " Name a report of this account that certsweep-audit has written as JSON.";

  public EarlierReport {
    certificates = List.copyOf(certificates);
  }

  /**
   * Reads it strictly.
   *
   * @throws InvalidInputException if it can't be read, or is no report that this version
   *     understands; the message names the file, the value and the remedy
   */
  public static EarlierReport read(Path file) {
    String what = "The earlier report " + file;
    try {
      return read(file.toString(), JsonFields.parse(what, text(what, file)));
    } catch (InvalidInputException e) {
      InvalidInputException full = new InvalidInputException(e.getMessage() + REMEDY);
      full.initCause(e);
      throw full;
    }
  }

  private static String text(String what, Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(what + " does not exist.");
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(what + " is not text in UTF-8.");
    } catch (IOException e) {
      throw new InvalidInputException(what + " can't be read: " + e + ".");
    }
  }

  private static EarlierReport read(String file, JsonFields fields) {
    String version = fields.scalarText("schemaVersion").orElse("");
    if (!version.equals(String.valueOf(JsonFormat.SCHEMA_VERSION))) {
      throw fields.wrongValue(
          "schemaVersion",
          version,
          "This version of Certsweep reads " + JsonFormat.SCHEMA_VERSION + ".");
    }
    Instant at = EarlierCertificate.time(fields, "at");
    List<EarlierCertificate> certificates = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonFields each : fields.requiredObjects("certificates")) {
      EarlierCertificate one = EarlierCertificate.read(each);
      if (!ids.add(one.id())) {
        throw each.wrongValue("id", one.id(), "Another certificate has this id too.");
      }
      Optional<Instant> late = one.flaggedSince().filter(since -> since.isAfter(at));
      if (late.isPresent()) {
        throw each.wrongValue(
            "flaggedSince", late.get().toString(), "That is after the report was made.");
      }
      certificates.add(one);
    }
    return new EarlierReport(
        file,
        fields.requiredText("account"),
        fields.requiredText("partition"),
        at,
        parameters(fields.requiredObject("parameters")),
        fields.requiredObjects("unchecked").size(),
        certificates);
  }

  private static AuditParameters parameters(JsonFields fields) {
    return new AuditParameters(
        days(fields),
        fields.requiredText("region"),
        fields.requiredTexts("regions"),
        fields.requiredTexts("usageExceptions"),
        flag(fields, "usage"),
        flag(fields, "details"));
  }

  private static int days(JsonFields fields) {
    String text = fields.scalarText("days").orElse("");
    if (!text.matches("[0-9]{1,4}")) {
      throw fields.wrongValue("days", text, "It must be a number of days.");
    }
    return Integer.parseInt(text);
  }

  private static boolean flag(JsonFields fields, String name) {
    String text = fields.scalarText(name).orElse("");
    if (!text.equals("true") && !text.equals("false")) {
      throw fields.wrongValue(name, text, "It must be true or false.");
    }
    return text.equals("true");
  }

  /**
   * The present report with what has changed since. Notes say what makes the comparison less sure:
   * that this report was not complete, or made with other parameters.
   *
   * @throws InvalidInputException if this report is of another account, or newer than the present
   *     one
   */
  public AuditReport compareWith(AuditReport present) {
    if (!account.equals(present.account()) || !partition.equals(present.partition())) {
      throw new InvalidInputException(
          "The earlier report %s is of account %s (%s), but this audit is of %s (%s).%s"
              .formatted(file, account, partition, present.account(), present.partition(), REMEDY));
    }
    if (at.isAfter(present.origin().at())) {
      throw new InvalidInputException(
          "The report %s was made at %s, after this one (%s). Name an older report."
              .formatted(file, at, present.origin().at()));
    }
    return present.comparedWith(new Changes(this, present).comparison(), notes(present));
  }

  private List<String> notes(AuditReport present) {
    List<String> notes = new ArrayList<>();
    String subject = "The earlier report of " + at + " was ";
    if (unchecked > 0) {
      notes.add(
          subject
              + "not complete. Places that it could not check: "
              + unchecked
              + ". Its lists of users may be incomplete.");
    }
    long unknown =
        certificates.stream().filter(one -> one.status() == ExpirationStatus.UNKNOWN).count();
    if (unknown > 0) {
      notes.add(
          subject
              + "not complete. Certificates whose expiration it did not know: "
              + unknown
              + ". They may have expired before that report.");
    }
    if (!parameters.equals(present.parameters())) {
      notes.add(
          subject
              + "made with other parameters: "
              + parameters.options()
              + ". Some certificates may be new or gone for that reason alone.");
    }
    return notes;
  }
}
