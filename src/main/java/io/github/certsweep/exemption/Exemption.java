package io.github.certsweep.exemption;

import io.github.certsweep.input.Text;
import java.time.LocalDate;

/**
 * What is known of one certificate's exception at one moment. Immutable.
 *
 * <p>Whether a certificate passes the rule does not depend on it.
 */
public sealed interface Exemption {
  /** The tags ask for none, or exceptions are off. */
  record None() implements Exemption {}

  /** Nothing is known before the tags are read. */
  record NotReadYet() implements Exemption {}

  /**
   * An exception that holds.
   *
   * @param until the last day, in UTC
   * @param reason in one line; not empty
   */
  record InForce(LocalDate until, String reason) implements Exemption {
    private static final int ANNOTATED_AT_MOST = 60;

    private String sentenceWith(String text) {
      return "Exception until " + until + ": " + text + (text.endsWith(".") ? "" : ".");
    }
  }

  /**
   * The tags ask for an exception but do not get it.
   *
   * @param why a sentence
   */
  record Invalid(String why) implements Exemption {}

  /**
   * The tags could not be read, so it is not known whether an exception holds.
   *
   * @param code the error's code, for example {@code "AccessDenied"}
   * @param error the call, what AWS said, and what to do, in one line
   */
  record Unread(String code, String error) implements Exemption {
    public Unread {
      code = Text.oneLine(code);
      error = Text.oneLine(error);
    }
  }

  /** Whether an exception holds for certain. */
  default boolean isInForce() {
    return this instanceof InForce;
  }

  /** Whether certainly no exception holds. Only then may the certificate be deleted. */
  default boolean isAbsent() {
    return switch (this) {
      case None none -> true;
      case Invalid invalid -> true;
      case InForce holds -> false;
      case Unread unread -> false;
      case NotReadYet later -> false;
    };
  }

  /** What a person reads, with the whole reason; empty if there is nothing to say. */
  default String sentence() {
    return switch (this) {
      case InForce holds -> holds.sentenceWith(holds.reason);
      case Invalid invalid -> invalid.why;
      case Unread unread -> "Exception unknown: " + unread.error;
      case None none -> "";
      case NotReadYet later -> "";
    };
  }

  /** The same for an annotation: at most 60 characters of the reason, or an error's code. */
  default String shortSentence() {
    return switch (this) {
      case InForce holds ->
          holds.sentenceWith(Text.shorten(holds.reason, InForce.ANNOTATED_AT_MOST));
      case Unread unread -> "Exception unknown: " + unread.code + ".";
      default -> sentence();
    };
  }
}
