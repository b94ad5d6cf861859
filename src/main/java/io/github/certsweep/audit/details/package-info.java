/**
 * What stored certificates say of themselves: names, key, chain, and what is wrong with them. Only
 * {@code CertificateBodies} calls AWS.
 */
package io.github.certsweep.audit.details;
