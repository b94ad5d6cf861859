/**
 * Strict reading of input from outside. A missing or wrong value is refused by name, with the
 * remedy.
 */
package io.github.certsweep.input;
