/**
 * What all calls to AWS have in common: how clients are built, how long a call may take, and what
 * its failure means to the person who has to mend it.
 */
package io.github.certsweep.aws;
