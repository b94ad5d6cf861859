/**
 * The only code of the product that may delete a certificate, and it can do nothing else. The way
 * to the deletion leads through the judge in {@code verdict}, in the same process, moments before.
 */
package io.github.certsweep.removal;
