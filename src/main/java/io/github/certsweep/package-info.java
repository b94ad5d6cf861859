/**
 * Certsweep's AWS Lambda handlers. A handler reads its input, calls the package that does the work
 * and writes the answer; it decides nothing itself.
 *
 * <p>The data takes one path: {@code input} refuses what is malformed, {@code certificate} says
 * what is stored in IAM and whether it has expired, {@code usage} finds who uses it, and {@code
 * verdict} judges. From there {@code rule} reports evaluations to AWS Config and lets {@code
 * findings} do the same in Security Hub, and {@code removal} deletes if the verdict allows it.
 * {@code aws} contains what all calls to AWS have in common.
 */
package io.github.certsweep;
