package io.github.certsweep.usage;

/**
 * A resource that uses a server certificate.
 *
 * @param service the SDK's name of the service, for example {@code "elasticloadbalancingv2"}
 * @param region the region's name, or {@code "global"}
 * @param resource its ARN
 * @param detail how it uses the certificate, for example {@code "SNI"}
 * @param label what a person calls it, for example {@code "ALB listener eu-west-1 app/prod:443
 *     (SNI)"}
 */
public record CertificateUser(
    String service, String region, String resource, String detail, String label) {}
