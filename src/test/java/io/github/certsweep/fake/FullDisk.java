package io.github.certsweep.fake;

import java.io.IOException;
import java.io.Writer;

/** Takes nothing. */
public final class FullDisk extends Writer {
  @Override
  public void write(char[] characters, int offset, int length) throws IOException {
    throw new IOException("No space left on device");
  }

  @Override
  public void flush() {
    // Nothing was written.
  }

  @Override
  public void close() {
    // Nothing was written.
  }
}
