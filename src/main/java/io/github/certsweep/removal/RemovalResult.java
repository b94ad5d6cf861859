package io.github.certsweep.removal;

import com.google.gson.JsonObject;
import io.github.certsweep.verdict.Verdict;

/**
 * What became of a request to delete.
 *
 * @param verdict what the decision is based on
 */
public record RemovalResult(Outcome outcome, String reason, Verdict verdict) {
  /** How a removal ended. */
  public enum Outcome {
    /** The certificate was deleted, and reads confirmed that it is gone. */
    REMOVED,
    /** Nothing was deleted, and the reason says why. */
    REFUSED,
    /** It had been deleted before. */
    ALREADY_GONE
  }

  /** The result as {@code RemoveHandler} answers it. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("outcome", outcome.name());
    json.addProperty("reason", reason);
    json.add("verdict", verdict.toJson());
    return json;
  }
}
