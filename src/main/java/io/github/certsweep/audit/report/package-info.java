/**
 * What an audit found. Plain data, complete before anything is written, so that no two formats can
 * disagree.
 */
package io.github.certsweep.audit.report;
