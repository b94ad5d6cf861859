package io.github.certsweep.removal;

import io.github.certsweep.input.InvalidInputException;
import io.github.certsweep.input.JsonFields;
import java.util.regex.Pattern;

/**
 * A request to delete one certificate. Name and id both, so that a certificate that took an old
 * one's name is safe.
 *
 * @param name {@code [\w+=,.@-]{1,128}}
 * @param id {@code ASCA...}
 */
public record RemovalRequest(String name, String id) {
  private static final Pattern ID = Pattern.compile("ASCA[A-Z0-9]{12,124}");

  public RemovalRequest {
    if (!CertificateSelector.NAME.matcher(name).matches()) {
      throw new InvalidInputException(
          "\"certificate\" is "
              + InvalidInputException.quote(name)
              + ": it must be the name of a server certificate, letters, digits and +=,.@_-, 128"
              + " at most.");
    }
    if (!ID.matcher(id).matches()) {
      throw new InvalidInputException(
          "\"id\" is "
              + InvalidInputException.quote(id)
              + ": it must be the id of a server certificate, ASCA....");
    }
  }

  /**
   * Reads {@code {"certificate": "<name>", "id": "ASCA..."}}.
   *
   * @throws InvalidInputException if a member is missing or wrong
   */
  public static RemovalRequest parse(String json) {
    JsonFields fields = JsonFields.parse("The request", json);
    return new RemovalRequest(fields.requiredText("certificate"), fields.requiredText("id"));
  }
}
