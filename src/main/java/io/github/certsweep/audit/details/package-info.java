/** What stored certificates say of themselves: names, key, chain, and what is wrong with them. */
package io.github.certsweep.audit.details;
