package io.github.certsweep.audit.organization.report;

import java.util.Arrays;

/** What AWS Config says of an account or a certificate. Ordered, the worst first. */
public enum Compliance {
  NON_COMPLIANT,
  /** A value that this version does not know. */
  UNKNOWN,
  INSUFFICIENT_DATA,
  NOT_APPLICABLE,
  COMPLIANT;

  /** Reads AWS's name for it. */
  public static Compliance of(String name) {
    return Arrays.stream(values()).filter(one -> one.name().equals(name)).findAny().orElse(UNKNOWN);
  }

  /** Whether the rule has judged something. Without that, nothing is known. */
  public boolean isResult() {
    return this == NON_COMPLIANT || this == COMPLIANT;
  }
}
