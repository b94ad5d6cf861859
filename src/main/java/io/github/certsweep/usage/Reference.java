package io.github.certsweep.usage;

/**
 * What a resource says of the certificate it uses.
 *
 * @param certificate the ARN or, from CloudFront, the id of an IAM server certificate
 */
public record Reference(String certificate, Use use) {}
