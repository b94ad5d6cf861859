/** What the audit of an organization found. Knows neither AWS's clients nor how it is written. */
package io.github.certsweep.audit.organization.report;
