package io.github.certsweep.audit.organization;

import java.util.Optional;

/** An account of the organization. */
record Member(String account, Optional<String> name, boolean active) {}
