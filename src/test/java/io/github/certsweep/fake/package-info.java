/**
 * Hand-written stand-ins for AWS's clients and Lambda's context, and the small world the tests
 * build with them.
 */
package io.github.certsweep.fake;
