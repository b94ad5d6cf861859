/**
 * The judge: what expiry and usage together mean for one certificate. Reads only. {@link
 * io.github.certsweep.verdict.Judge} makes the verdicts, for the rule, the inspection and the
 * removal; nobody else can make one that allows a deletion.
 */
package io.github.certsweep.verdict;
