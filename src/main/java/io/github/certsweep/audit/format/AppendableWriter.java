package io.github.certsweep.audit.format;

import java.io.IOException;
import java.io.Writer;
import java.nio.CharBuffer;

/** Hands on what is written to something that is not ours to flush or close. */
final class AppendableWriter extends Writer {
  private final Appendable out;

  AppendableWriter(Appendable out) {
    this.out = out;
  }

  @Override
  public void write(char[] characters, int offset, int length) throws IOException {
    out.append(CharBuffer.wrap(characters, offset, length));
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    out.append(text, offset, offset + length);
  }

  @Override
  public void flush() {
    // The owner flushes.
  }

  @Override
  public void close() {
    // The owner closes.
  }
}
