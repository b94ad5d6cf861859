/**
 * The audit: one report on all certificates of an account, made with the caller's own credentials.
 * Nothing is deployed, and nothing is changed. It is a command with a jar of its own; the
 * functions' zip contains none of it, and no other package knows it.
 *
 * <p>The data takes one path: {@link io.github.certsweep.audit.Audit} lists, searches and judges
 * with the functions' own classes; {@code details} reads what the certificates say of themselves;
 * {@code replacement} finds what could take their place; {@code report} holds the result, and
 * {@code format} and {@code page} write it.
 */
package io.github.certsweep.audit;
