/**
 * The way out of an incident: which certificates could take the place of one that has expired or is
 * about to, and the commands that do it. Nothing here runs a command. Only {@code AcmCertificates}
 * calls AWS.
 */
package io.github.certsweep.audit.replacement;
