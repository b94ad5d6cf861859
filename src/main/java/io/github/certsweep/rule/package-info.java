/**
 * The AWS Config side: the event that starts an evaluation, the rule's parameters, the evaluations
 * made of certificates, and their way to Config.
 *
 * <p>{@link io.github.certsweep.rule.ServerCertificateRule} tells the story. Of the others only
 * {@code RecordedResults} and {@code EvaluationReporter} speak to Config.
 */
package io.github.certsweep.rule;
