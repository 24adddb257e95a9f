package io.sluice.filesystem;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An open descriptor read from its start to its end by one thread. */
final class NativeInput extends InputStream {
  private static final int SEEK_CUR = 1;

  private final LinuxCalls calls;
  private final int descriptor;
  private final String shown;
  private final NativeBuffers buffers;
  private NativeBuffers.@Nullable Buffer buffer;

  NativeInput(LinuxCalls calls, int descriptor, String shown, NativeBuffers buffers) {
    this.calls = calls;
    this.descriptor = descriptor;
    this.shown = shown;
    this.buffers = buffers;
    this.buffer = buffers.take();
  }

  /** The open descriptor, whose position stays where reading is. */
  int descriptor() {
    return descriptor;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, into.length);
    NativeBuffers.Buffer open = buffer;
    if (open == null) {
      throw new IOException("reading " + shown + " after it was closed");
    }
    if (length == 0) {
      return 0;
    }
    int read = calls.read(descriptor, open, Math.min(length, NativeBuffers.CONTENT_BYTES));
    if (read < 0) {
      throw new IOException("reading " + shown + ": " + Errno.text(-read));
    }
    open.bytes().get(0, into, from, read);
    return read == 0 ? -1 : read;
  }

  /** Without reading; also behind the end. */
  @Override
  public long skip(long bytes) throws IOException {
    if (bytes <= 0) {
      return 0;
    }
    if (calls.seek(descriptor, bytes, SEEK_CUR) < 0) {
      throw new IOException("passing over " + bytes + " bytes of " + shown);
    }
    return bytes;
  }

  @Override
  public void close() {
    NativeBuffers.Buffer open = buffer;
    if (open != null) {
      buffer = null;
      buffers.giveBack(open);
      calls.close(descriptor);
    }
  }
}
