package io.github.certsweep.audit;

final class AuditCommand {}
