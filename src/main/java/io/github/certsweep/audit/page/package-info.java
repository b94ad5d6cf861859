/**
 * Writes a report as one HTML page that needs nothing else: no script, no font, no picture, no
 * network. The templates are in {@code src/main/jte}; jte turns them into classes of this package,
 * which escape every text by its context. The classes here prepare what the templates show, and
 * read nothing but the report.
 */
package io.github.certsweep.audit.page;
