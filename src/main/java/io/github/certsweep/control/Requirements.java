package io.github.certsweep.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.List;

/** The requirements that this product supports. */
public final class Requirements {
  private Requirements() {}

  /** All of them, in the order of the file. Reads the file at each call: keep the answer. */
  public static List<Requirement> all() {
    try (Reader file =
        new InputStreamReader(Requirements.class.getResourceAsStream("requirements.json"), UTF_8)) {
      return List.of(new Gson().fromJson(file, Requirement[].class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
