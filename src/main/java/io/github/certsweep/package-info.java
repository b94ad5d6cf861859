/**
 * The doors of Certsweep: the AWS Lambda handlers. A handler reads its input, calls the package
 * that does the work and writes the answer; it decides nothing itself.
 *
 * <p>The data takes one path: {@code input} refuses what is malformed, {@code certificate} says
 * what is stored in IAM and whether it has expired, {@code rule} turns that into evaluations and
 * reports them to AWS Config. {@code aws} holds what all calls to AWS have in common.
 */
package io.github.certsweep;
