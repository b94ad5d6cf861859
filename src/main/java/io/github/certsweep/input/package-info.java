/**
 * What comes from outside, read strictly: a value that is missing or wrong is refused by name, with
 * the remedy.
 */
package io.github.certsweep.input;
