/** Writes a report for machines and terminals. Reads nothing but the report. */
package io.github.certsweep.audit.format;
