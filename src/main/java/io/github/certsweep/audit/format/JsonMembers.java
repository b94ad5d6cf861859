package io.github.certsweep.audit.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/** Puts a JSON object together, in the order of the calls. What is empty becomes {@code null}. */
final class JsonMembers {
  private final JsonObject object = new JsonObject();

  JsonMembers text(String name, String value) {
    return add(name, primitive(value));
  }

  /** The value's text, of a time as in RFC 3339. */
  JsonMembers text(String name, Optional<?> value) {
    return add(name, value.map(one -> primitive(one.toString())));
  }

  JsonMembers number(String name, long value) {
    return add(name, new JsonPrimitive(value));
  }

  JsonMembers number(String name, Optional<Long> value) {
    return add(name, value.map(JsonPrimitive::new));
  }

  JsonMembers flag(String name, boolean value) {
    return add(name, new JsonPrimitive(value));
  }

  JsonMembers texts(String name, Collection<String> values) {
    return list(name, values, JsonMembers::primitive);
  }

  JsonMembers texts(String name, Optional<? extends Collection<String>> values) {
    return list(name, values, JsonMembers::primitive);
  }

  <T> JsonMembers list(
      String name, Collection<T> values, Function<? super T, ? extends JsonElement> toJson) {
    JsonArray list = new JsonArray();
    values.forEach(one -> list.add(toJson.apply(one)));
    return add(name, list);
  }

  <T> JsonMembers list(
      String name,
      Optional<? extends Collection<T>> values,
      Function<? super T, ? extends JsonElement> toJson) {
    return values.isPresent()
        ? list(name, values.get(), toJson)
        : add(name, Optional.<JsonElement>empty());
  }

  /** OCSF writes a value twice: its number as {@code name_id}, its caption as {@code name}. */
  JsonMembers word(String name, OcsfWord word) {
    return number(name + "_id", word.number()).text(name, word.caption());
  }

  JsonMembers add(String name, Optional<? extends JsonElement> value) {
    return add(name, value.isPresent() ? value.get() : JsonNull.INSTANCE);
  }

  JsonMembers add(String name, JsonElement value) {
    object.add(name, value);
    return this;
  }

  JsonObject toJson() {
    return object;
  }

  private static JsonPrimitive primitive(String text) {
    return new JsonPrimitive(Encodable.text(text));
  }
}
