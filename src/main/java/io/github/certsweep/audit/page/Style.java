package io.github.certsweep.audit.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The style sheet that is part of every page, and the policy that allows it and nothing else.
 *
 * @param text goes into the page unchanged: the policy names its digest
 */
record Style(String text) {
  static Style load() {
    try (InputStream css = Style.class.getResourceAsStream("page.css")) {
      return new Style(new String(css.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The page's Content Security Policy. Without {@code 'unsafe-inline'}, a style or a script that
   * came in with a name would have no effect.
   */
  String policy() {
    return "default-src 'none'; img-src 'none'; style-src 'sha256-"
        + digest()
        + "'; base-uri 'none'; form-action 'none'";
  }

  private String digest() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
