/**
 * Compares a report with an earlier one. The earlier one is a file: read as strictly as any input.
 */
package io.github.certsweep.audit.compare;
