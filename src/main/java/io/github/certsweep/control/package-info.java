/**
 * Which requirements of which standards this product supports, for reports and findings. One file
 * of data, {@code requirements.json}; README.md is made from it too.
 */
package io.github.certsweep.control;
