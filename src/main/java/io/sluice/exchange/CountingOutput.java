package io.sluice.exchange;

import java.io.IOException;
import java.io.OutputStream;

/** Counts what is written, so that it can be filled up to whole blocks. */
final class CountingOutput extends OutputStream {
  private final OutputStream out;
  private long bytes;

  CountingOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
    bytes++;
  }

  @Override
  public void write(byte[] from, int at, int length) throws IOException {
    out.write(from, at, length);
    bytes += length;
  }

  /** Adds zeros up to a multiple of {@code unit}. */
  void fill(int unit) throws IOException {
    write(new byte[(int) ((unit - bytes % unit) % unit)]);
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
