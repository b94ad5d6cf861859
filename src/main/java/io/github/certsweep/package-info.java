/**
 * The doors of Certsweep: the AWS Lambda handlers. A handler reads its input, calls the package
 * that does the work and writes the answer; it decides nothing itself.
 *
 * <p>The data takes one path: {@code input} refuses what is malformed, {@code certificate} says
 * what is stored in IAM and whether it has expired, {@code usage} finds out who uses it. From there
 * {@code rule} makes evaluations and reports them to AWS Config; {@code removal} makes a verdict,
 * and deletes if it allows that. {@code aws} holds what all calls to AWS have in common.
 */
package io.github.certsweep;
