/** What a server certificate is and whether it has expired; and the IAM store it is read from. */
package io.github.certsweep.certificate;
