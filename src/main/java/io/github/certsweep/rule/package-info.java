/**
 * The AWS Config side: the event that starts an evaluation, the rule's parameters, the evaluations
 * made of certificates, which of them are due, and how they get to Config.
 *
 * <p>{@link io.github.certsweep.rule.ServerCertificateRule} tells the story. Only {@code
 * RecordedResults} and {@code EvaluationReporter} call Config.
 */
package io.github.certsweep.rule;
