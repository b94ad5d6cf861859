/**
 * The verdict on one certificate, and the only code of the product that may delete one. The way to
 * the deletion leads through the judge, in the same process, moments before.
 */
package io.github.certsweep.removal;
