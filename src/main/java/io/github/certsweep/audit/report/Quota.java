package io.github.certsweep.audit.report;

/**
 * How many server certificates the account has and may have, as {@code iam:GetAccountSummary} says.
 */
public record Quota(int used, int limit) {}
