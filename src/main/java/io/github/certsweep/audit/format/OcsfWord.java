package io.github.certsweep.audit.format;

import io.github.certsweep.audit.report.Priority;
import io.github.certsweep.certificate.ExpirationStatus;

/**
 * A value of one of OCSF's enumerations. checks/test_audit_formats.py holds the captions to OCSF's.
 */
record OcsfWord(int number, String caption) {
  /** Activities: what happened to a finding. */
  static final OcsfWord CREATE = new OcsfWord(1, "Create");

  static final OcsfWord UPDATE = new OcsfWord(2, "Update");
  static final OcsfWord CLOSE = new OcsfWord(3, "Close");

  /** States of a finding. */
  static final OcsfWord NEW = new OcsfWord(1, "New");

  static final OcsfWord RESOLVED = new OcsfWord(4, "Resolved");

  /** States of a control. */
  static final OcsfWord UNKNOWN = new OcsfWord(0, "Unknown");

  static final OcsfWord PASS = new OcsfWord(1, "Pass");
  static final OcsfWord WARNING = new OcsfWord(2, "Warning");
  static final OcsfWord FAIL = new OcsfWord(3, "Fail");

  /** Severities. */
  static final OcsfWord INFORMATIONAL = new OcsfWord(1, "Informational");

  static final OcsfWord LOW = new OcsfWord(2, "Low");
  static final OcsfWord MEDIUM = new OcsfWord(3, "Medium");
  static final OcsfWord HIGH = new OcsfWord(4, "High");
  static final OcsfWord CRITICAL = new OcsfWord(5, "Critical");

  /** A more urgent priority is never less severe. */
  static OcsfWord severity(Priority priority) {
    return switch (priority) {
      case EXPIRED_IN_USE -> CRITICAL;
      case EXPIRED_USAGE_UNKNOWN, EXPIRATION_UNKNOWN -> HIGH;
      case EXPIRING_IN_USE, EXPIRING_USAGE_UNKNOWN -> MEDIUM;
      case EXPIRED_EXCEPTED, EXPIRED_UNUSED, EXPIRING_UNUSED -> LOW;
      case VALID_UNUSED, VALID -> INFORMATIONAL;
    };
  }

  /**
   * Whether a certificate meets the control. One that is about to expire does, but not for long.
   */
  static OcsfWord compliance(ExpirationStatus status) {
    return switch (status) {
      case EXPIRED -> FAIL;
      case UNKNOWN -> UNKNOWN;
      case EXPIRING -> WARNING;
      case VALID -> PASS;
    };
  }
}
