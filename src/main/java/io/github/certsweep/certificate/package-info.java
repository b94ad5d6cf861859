/** What a server certificate is, whether it has expired, and the IAM store that it is read from. */
package io.github.certsweep.certificate;
