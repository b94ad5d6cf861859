package io.github.certsweep.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.List;
import org.quicktheories.api.Pair;
import org.quicktheories.core.Gen;
import org.quicktheories.core.RandomnessSource;
import org.quicktheories.generators.Generate;

/** Input that went wrong on its way, or was made by somebody who means harm. */
public final class AnyInput {
  private AnyInput() {}

  /** Any bytes: random ones, or those of this JSON object after a few changes. */
  public static Gen<byte[]> like(String json) {
    Gen<byte[]> random =
        Generate.byteArrays(
            Generate.range(0, 200), Generate.bytes((byte) -128, (byte) 127, (byte) 'a'));
    Gen<byte[]> changed =
        jsonLike(json)
            .zip(
                Generate.range(0, 20),
                random,
                (text, chance, bytes) ->
                    chance == 1 ? within(text.getBytes(UTF_8), bytes) : text.getBytes(UTF_8));
    Gen<byte[]> described = Generate.frequency(Pair.of(1, random), Pair.of(9, changed));
    return described.describedAs(
        bytes -> bytes.length + " bytes: " + beginning(new String(bytes, UTF_8)));
  }

  /** This JSON object after none to four changes of its members or its text. */
  public static Gen<String> jsonLike(String json) {
    return in -> {
      JsonObject object = JsonParser.parseString(json).getAsJsonObject();
      for (int changes = between(in, 0, 2); changes > 0; changes--) {
        changeMember(object, in);
      }
      String text = object.toString();
      for (int changes = between(in, 0, 5) - 3; changes > 0; changes--) {
        text = changeText(text, in);
      }
      return text;
    };
  }

  /** Removes, renames or replaces a member; in a string that holds JSON, perhaps one of that. */
  private static void changeMember(JsonObject object, RandomnessSource in) {
    List<String> names = List.copyOf(object.keySet());
    if (names.isEmpty()) {
      return;
    }
    String name = Generate.pick(names).generate(in);
    JsonElement old = object.get(name);
    switch (between(in, 0, 4)) {
      case 0 -> object.remove(name);
      case 1 -> object.add(Any.text().generate(in), object.remove(name));
      case 2 -> object.add(name, object.get(Generate.pick(names).generate(in)));
      case 3 -> object.add(name, value().generate(in));
      default -> {
        if (old.isJsonPrimitive() && old.getAsString().startsWith("{")) {
          object.addProperty(name, jsonLike(old.getAsString()).generate(in));
        } else {
          object.addProperty(name, Any.text().generate(in));
        }
      }
    }
  }

  /** Any JSON value. */
  public static Gen<JsonElement> value() {
    return in ->
        switch (between(in, 0, 9)) {
          case 0 -> JsonNull.INSTANCE;
          case 1 -> new JsonPrimitive(Generate.booleans().generate(in));
          case 2 -> JsonParser.parseString("-1" + "0".repeat(between(in, 0, 3000)));
          case 3 -> JsonParser.parseString("1e" + between(in, 0, 2_000_000_000));
          case 4 -> new JsonPrimitive(between(in, -10, 4000));
          case 5 -> new JsonArray();
          case 6 -> new JsonObject();
          case 7 -> new JsonPrimitive("x".repeat(between(in, 0, 1_000_000)));
          default -> new JsonPrimitive(Any.text().generate(in));
        };
  }

  private static String changeText(String text, RandomnessSource in) {
    int from = between(in, 0, text.length());
    int to = between(in, from, Math.min(text.length(), from + 40));
    return switch (between(in, 0, 7)) {
      case 0 -> text.substring(0, from);
      case 1 -> text.substring(from);
      case 2 -> text.substring(0, from) + text.substring(to);
      case 3 -> text.substring(0, to) + text.substring(from);
      case 4 -> text.substring(0, from) + Any.text().generate(in) + text.substring(to);
      case 5 -> "{\"a\":".repeat(between(in, 1, 20_000)) + text;
      case 6 -> "[".repeat(between(in, 1, 20_000)) + text + "]".repeat(between(in, 1, 20_000));
      // The same member a second time, with another value.
      default -> text.replaceFirst("\\{(\"[a-zA-Z]+\":)", "{$1\"again\",$1");
    };
  }

  private static byte[] within(byte[] bytes, byte[] others) {
    int length = Math.min(bytes.length, others.length);
    System.arraycopy(others, 0, bytes, bytes.length - length, length);
    return bytes;
  }

  private static String beginning(String text) {
    return text.length() <= 2_000 ? text : text.substring(0, 2_000) + "...";
  }

  private static int between(RandomnessSource in, int least, int most) {
    return Generate.range(least, most).generate(in);
  }
}
