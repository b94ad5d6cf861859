/**
 * The Security Hub side: what a finding on a certificate says, which findings have to be imported,
 * and how they get to Security Hub.
 *
 * <p>{@link io.github.certsweep.findings.SecurityHubFindings} tells the story. Only {@code
 * FindingStore} calls Security Hub. No class of the SDK's Security Hub module is loaded unless the
 * rule parameter {@code securityHub} is on.
 */
package io.github.certsweep.findings;
