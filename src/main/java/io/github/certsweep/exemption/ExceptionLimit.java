package io.github.certsweep.exemption;

import io.github.certsweep.certificate.JudgedCertificate;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.input.Text;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How long after its expiration a certificate can have an exception. All functions have the same
 * limit, made at deployment. It counts from the expiration, so that nobody can renew an exception
 * for ever.
 *
 * @param days 0 to 3650; 0 means that there are no exceptions
 */
public record ExceptionLimit(int days) {
  /** No exceptions: the tags mean nothing, and nobody reads them. */
  public static final ExceptionLimit OFF = new ExceptionLimit(0);

  /** The tag with the last day of the exception, in UTC. IAM tells its keys apart by case. */
  static final String UNTIL = "certsweep:exception-until";

  /** The tag with the reason. */
  static final String REASON = "certsweep:exception-reason";

  private static final String VARIABLE = "MAXIMUM_EXCEPTION_DAYS";
  private static final int MOST = 3650;

  /** Without it, years of more than four digits and signs would be dates too. */
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  private static final int QUOTED_AT_MOST = 20;

  public ExceptionLimit {
    if (days < 0 || days > MOST) {
      throw invalid(String.valueOf(days));
    }
  }

  /**
   * Reads the function's environment.
   *
   * @throws InvalidInputException if the setting is not allowed
   */
  public static ExceptionLimit ofLambda() {
    return parse(System.getenv().getOrDefault(VARIABLE, ""));
  }

  /**
   * Reads the setting.
   *
   * @param setting a number of days; blank means 0
   * @throws InvalidInputException if it is anything else
   */
  static ExceptionLimit parse(String setting) {
    String digits = setting.strip();
    if (digits.isEmpty()) {
      return OFF;
    }
    if (!digits.matches("[0-9]{1,4}")) {
      throw invalid(setting);
    }
    return new ExceptionLimit(Integer.parseInt(digits));
  }

  private static InvalidInputException invalid(String value) {
    return new InvalidInputException(
        VARIABLE
            + " is "
            + InvalidInputException.quote(value)
            + ": it must be a whole number of days from 0 to "
            + MOST
            + ". Correct the stack's parameter MaximumExceptionDays.");
  }

  /** Whether there are exceptions at all. */
  public boolean isOn() {
    return days > 0;
  }

  /**
   * What the tags of a certificate mean when it is judged. An exception holds until its date ends
   * in UTC, wherever its owner lives.
   *
   * @param tags all tags of the certificate; others are ignored
   */
  public Exemption exemption(Map<String, String> tags, JudgedCertificate judged) {
    if (!isOn() || !(tags.containsKey(UNTIL) || tags.containsKey(REASON))) {
      return new Exemption.None();
    }
    String text = Text.oneLine(tags.getOrDefault(UNTIL, ""));
    String reason = Text.oneLine(tags.getOrDefault(REASON, ""));
    if (text.isEmpty()) {
      return no("the tag " + UNTIL + " is missing");
    }
    Optional<LocalDate> until = date(text);
    if (until.isEmpty()) {
      String shown = InvalidInputException.quote(Text.shorten(text, QUOTED_AT_MOST));
      return no(shown + " is not a date such as 2026-12-31");
    }
    if (reason.isEmpty()) {
      return no("the tag " + REASON + " is missing");
    }
    return dated(until.get(), reason, judged);
  }

  /**
   * The exception that tags ask for, valid or not: {@code "exception until 2026-12-31: vendor
   * migration."}; empty if they ask for none.
   */
  public static Optional<String> requested(Map<String, String> tags) {
    if (!tags.containsKey(UNTIL) && !tags.containsKey(REASON)) {
      return Optional.empty();
    }
    String until = Text.oneLine(tags.getOrDefault(UNTIL, "(no date)"));
    String reason = Text.oneLine(tags.getOrDefault(REASON, "(no reason)"));
    return Optional.of("exception until " + until + ": " + reason + ".");
  }

  private Exemption dated(LocalDate until, String reason, JudgedCertificate judged) {
    Optional<Instant> expiration = judged.certificate().expiration();
    if (expiration.isEmpty()) {
      return no("IAM gives no expiration date, so the limit can't be calculated");
    }
    if (!judged.judgedAt().isBefore(until.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC))) {
      return new Exemption.Invalid("Exception ended on " + until + ".");
    }
    LocalDate last = LocalDate.ofInstant(expiration.get(), ZoneOffset.UTC).plusDays(days);
    if (until.isAfter(last)) {
      return no(until + " is after " + last + ", the last day possible");
    }
    return new Exemption.InForce(until, reason);
  }

  private static Optional<LocalDate> date(String text) {
    if (!DATE.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDate.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty(); // such as February 30
    }
  }

  private static Exemption no(String why) {
    return new Exemption.Invalid("No exception: " + why + ".");
  }
}
