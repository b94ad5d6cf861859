package io.github.certsweep.removal;

import io.github.certsweep.certificate.CertificateIdentifiers;
import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.input.JsonFields;

/**
 * A request to delete one certificate. It needs the name and the id, so that a new certificate with
 * an old one's name is safe.
 *
 * @param name exactly as IAM lists it
 * @param id exactly as IAM lists it
 */
public record RemovalRequest(String name, String id) {
  public RemovalRequest {
    if (!CertificateIdentifiers.NAME.matcher(name).matches()) {
      throw new InvalidInputException(
          "\"certificate\" is "
              + InvalidInputException.quote(name)
              + ": it must be the name of a server certificate, up to 128 letters, digits and +=,.@_-");
    }
    if (!CertificateIdentifiers.ID.matcher(id).matches()) {
      throw new InvalidInputException(
          "\"id\" is "
              + InvalidInputException.quote(id)
              + ": it must be the id of a server certificate, 16 to 128 letters, digits and _.");
    }
  }

  /**
   * Reads {@code {"certificate": "<name>", "id": "<id>"}}.
   *
   * @throws InvalidInputException if a member is missing or wrong
   */
  public static RemovalRequest parse(String json) {
    try {
      JsonFields fields = JsonFields.parse("The request", json);
      return new RemovalRequest(fields.requiredText("certificate"), fields.requiredText("id"));
    } catch (InvalidInputException e) {
      // The reader wants to know first whether a certificate was deleted.
      throw new InvalidInputException(e.getMessage() + " Nothing was deleted.");
    }
  }
}
