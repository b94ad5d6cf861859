package io.github.certsweep.rule;

/**
 * What a result in AWS Config is about, and the key it is recorded under.
 *
 * @param type for example {@code "AWS::IAM::ServerCertificate"}
 * @param id for a certificate its name, which the delete API takes and a person can read
 */
public record Resource(String type, String id) {
  public static Resource certificate(String name) {
    return new Resource("AWS::IAM::ServerCertificate", name);
  }

  public static Resource account(String accountId) {
    return new Resource("AWS::::Account", accountId);
  }

  @Override
  public String toString() {
    return type + " " + id;
  }
}
