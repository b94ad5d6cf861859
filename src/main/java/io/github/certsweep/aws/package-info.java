/**
 * What all calls to AWS have in common: how clients are built, how long a call may take, and what
 * an error tells the person who has to fix it.
 */
package io.github.certsweep.aws;
