/**
 * Which AWS resources use a server certificate. One small class per service that can ({@link
 * io.github.certsweep.usage.UsageSource}); {@link io.github.certsweep.usage.UsageSearch} runs them
 * all, and {@link io.github.certsweep.usage.UsageReport} answers for one certificate.
 *
 * <p>This package promises: a place that could not be searched is <em>unchecked</em>, never <em>not
 * used</em>.
 */
package io.github.certsweep.usage;
