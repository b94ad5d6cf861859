package io.github.certsweep.audit.report;

/**
 * Something wrong with a certificate that does not make it NON_COMPLIANT.
 *
 * @param code stays the same from version to version
 * @param text what is wrong and what a client sees, in a sentence or two
 */
public record Warning(Code code, String text) {
  public enum Code {
    CHAIN_MISSING,
    CHAIN_ORDER,
    CHAIN_BROKEN,
    CHAIN_EXPIRED,
    CHAIN_EXPIRES_FIRST,
    SHORT_KEY,
    SHA1_SIGNATURE
  }
}
