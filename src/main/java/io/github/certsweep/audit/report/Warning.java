package io.github.certsweep.audit.report;

/**
 * Something to know of a certificate that does not make it NON_COMPLIANT: a flaw, or an exception.
 *
 * @param code stays the same from version to version
 * @param text what it is and what a client sees, in a sentence or two
 */
public record Warning(Code code, String text) {
  public enum Code {
    CHAIN_MISSING,
    CHAIN_ORDER,
    CHAIN_BROKEN,
    CHAIN_EXPIRED,
    CHAIN_EXPIRES_FIRST,
    SHORT_KEY,
    SHA1_SIGNATURE,
    EXCEPTION
  }
}
