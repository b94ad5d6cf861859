package io.github.certsweep.input;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a JSON object that came from outside. Every error names the object and the member.
 * Immutable.
 */
public final class JsonFields {
  private static final String REMEDY = ". Give one JSON object.";

  private final String what;
  private final JsonObject object;

  private JsonFields(String what, JsonObject object) {
    this.what = what;
    this.object = object;
  }

  /**
   * Reads a JSON object strictly by RFC 8259: no comments, no unquoted names, nothing after it.
   *
   * @param what the name of the object in error messages, for example {@code "The event"}
   * @throws InvalidInputException if the text is not exactly one JSON object
   */
  public static JsonFields parse(String what, String json) {
    try (JsonReader reader = new JsonReader(new StringReader(json))) {
      reader.setStrictness(Strictness.STRICT);
      if (reader.peek() != JsonToken.BEGIN_OBJECT) {
        throw notOneObject(what, json);
      }
      JsonObject object = object(what, reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw notOneObject(what, json);
      }
      return new JsonFields(what, object);
    } catch (IOException | JsonParseException e) {
      throw new InvalidInputException(
          what + " is not well-formed JSON: " + beginning(json) + REMEDY);
    }
  }

  /**
   * Reads the members by hand: if two have the same name, Gson's parser takes the last, but nobody
   * knows which one the sender meant.
   */
  private static JsonObject object(String what, JsonReader reader) throws IOException {
    JsonObject object = new JsonObject();
    reader.beginObject();
    while (reader.hasNext()) {
      String name = reader.nextName();
      if (object.has(name)) {
        throw new InvalidInputException(
            what + " has more than one " + InvalidInputException.quote(name) + ": give one.");
      }
      object.add(name, JsonParser.parseReader(reader));
    }
    reader.endObject();
    return object;
  }

  private static InvalidInputException notOneObject(String what, String json) {
    return new InvalidInputException(what + " is not one JSON object: " + beginning(json) + REMEDY);
  }

  /** The names of all members. */
  public Set<String> names() {
    return object.keySet();
  }

  /**
   * The text of a required member.
   *
   * @throws InvalidInputException if it is missing, blank or not a string
   */
  public String requiredText(String name) {
    return text(name)
        .orElseThrow(
            () -> new InvalidInputException(what + " has no \"" + name + "\", which is required."));
  }

  /**
   * The text of a member; empty if it is absent, null or blank.
   *
   * @throws InvalidInputException if it is not a string
   */
  public Optional<String> text(String name) {
    Optional<JsonPrimitive> value = scalar(name);
    if (value.isPresent() && !value.get().isString()) {
      throw wrongType(name, "a string", value.get());
    }
    return scalarText(name);
  }

  /**
   * The value of a member as text, whether it was written as a string, a number or a Boolean; empty
   * if it is absent, null or blank.
   *
   * @throws InvalidInputException if it is an object or a list
   */
  public Optional<String> scalarText(String name) {
    return scalar(name).map(JsonPrimitive::getAsString);
  }

  /**
   * The members of a required object.
   *
   * @throws InvalidInputException if it is missing or not an object
   */
  public JsonFields requiredObject(String name) {
    JsonElement element = object.get(name);
    if (element == null || !element.isJsonObject()) {
      throw new InvalidInputException(what + ": \"" + name + "\" must be an object.");
    }
    return new JsonFields(what + ": " + name, element.getAsJsonObject());
  }

  /**
   * The objects of a required list.
   *
   * @throws InvalidInputException if it is missing or not a list of objects
   */
  public List<JsonFields> requiredObjects(String name) {
    List<JsonFields> objects = new ArrayList<>();
    for (JsonElement element : requiredList(name)) {
      String one = what + ": " + name + "[" + objects.size() + "]";
      if (!element.isJsonObject()) {
        throw new InvalidInputException(one + " must be an object.");
      }
      objects.add(new JsonFields(one, element.getAsJsonObject()));
    }
    return List.copyOf(objects);
  }

  /**
   * The texts of a required list.
   *
   * @throws InvalidInputException if it is missing or not a list of strings
   */
  public List<String> requiredTexts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonElement element : requiredList(name)) {
      if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
        throw new InvalidInputException(
            what + ": " + name + "[" + texts.size() + "] must be a string.");
      }
      texts.add(element.getAsString());
    }
    return List.copyOf(texts);
  }

  private JsonArray requiredList(String name) {
    JsonElement element = object.get(name);
    if (element == null || !element.isJsonArray()) {
      throw new InvalidInputException(what + ": \"" + name + "\" must be a list.");
    }
    return element.getAsJsonArray();
  }

  /** The error that this member has a wrong value, which it quotes; with the remedy. */
  public InvalidInputException wrongValue(String name, String value, String remedy) {
    return new InvalidInputException(
        what + ": \"" + name + "\" is " + InvalidInputException.quote(value) + ". " + remedy);
  }

  private Optional<JsonPrimitive> scalar(String name) {
    JsonElement element = object.get(name);
    if (element == null || element.isJsonNull()) {
      return Optional.empty();
    }
    if (!element.isJsonPrimitive()) {
      throw wrongType(name, "a single value", element);
    }
    JsonPrimitive value = element.getAsJsonPrimitive();
    return value.getAsString().isBlank() ? Optional.empty() : Optional.of(value);
  }

  /** Does not quote the value, which may be a secret. */
  private InvalidInputException wrongType(String name, String expected, JsonElement actual) {
    String kind = actual.isJsonObject() ? "an object" : actual.isJsonArray() ? "a list" : "not";
    return new InvalidInputException(
        what + ": \"" + name + "\" must be " + expected + ", but is " + kind + ".");
  }

  /** Quotes little of a bad text, which may contain a token. */
  private static String beginning(String text) {
    return InvalidInputException.quote(text, 20);
  }
}
