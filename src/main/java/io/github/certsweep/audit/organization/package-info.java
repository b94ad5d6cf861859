/**
 * The audit of an organization: the latest results of every account, from a Config aggregator. It
 * calls no account but the caller's own.
 *
 * <p>{@link io.github.certsweep.audit.organization.OrganizationAudit} tells the story; {@code
 * report} holds what it found, and {@code format} writes it.
 */
package io.github.certsweep.audit.organization;
