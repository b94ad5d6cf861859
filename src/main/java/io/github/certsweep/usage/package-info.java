/**
 * Which AWS resources use a server certificate. One small class per service that can ({@link
 * io.github.certsweep.usage.UsageSource}); {@link io.github.certsweep.usage.UsageSearch} runs them
 * all, and {@link io.github.certsweep.usage.UsageReport} answers for one certificate.
 *
 * <p>What could not be looked at is <em>unchecked</em>, never <em>not used</em>: that is the
 * promise of this package.
 */
package io.github.certsweep.usage;
