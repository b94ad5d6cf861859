/**
 * Exceptions that the owners of certificates ask for with tags: which are in force, and why the
 * others are not. An exception can keep a certificate from being deleted, and can never allow it.
 *
 * <p>In Java, an exception is an error. So these types are called exemptions.
 */
package io.github.certsweep.exemption;
