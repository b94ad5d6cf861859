/**
 * The judge: what expiry, usage and exceptions together mean for one certificate. Reads only.
 * {@link io.github.certsweep.verdict.Judge} makes the verdicts for the rule, the inspection and the
 * removal. Nothing else can make a verdict that allows a deletion.
 */
package io.github.certsweep.verdict;
