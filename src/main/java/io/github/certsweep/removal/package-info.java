/**
 * The only code that can delete a certificate, and it changes nothing else. Immediately before the
 * deletion, in the same process, the judge in {@code verdict} must allow it.
 */
package io.github.certsweep.removal;
