package io.sluice.filesystem;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An open descriptor written from its start to its end by one thread. */
final class NativeOutput extends OutputStream {
  private final LinuxCalls calls;
  private final int descriptor;
  private final Object shown;
  private final NativeBuffers buffers;
  private NativeBuffers.@Nullable Buffer buffer;
  private long position;

  /**
   * Owns the descriptor.
   *
   * @param shown what it is, in messages
   */
  NativeOutput(LinuxCalls calls, int descriptor, Object shown, NativeBuffers buffers) {
    this.calls = calls;
    this.descriptor = descriptor;
    this.shown = shown;
    this.buffers = buffers;
    this.buffer = buffers.take();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int at, int length) throws IOException {
    Objects.checkFromIndexSize(at, length, from.length);
    NativeBuffers.Buffer open = buffer;
    if (open == null) {
      throw new IOException("writing " + shown + " after it was closed");
    }
    for (int done = 0; done < length; ) {
      int piece = Math.min(length - done, NativeBuffers.CONTENT_BYTES);
      open.bytes().put(0, from, at + done, piece);
      int written = calls.write(descriptor, open, piece);
      if (written <= 0) {
        throw LinuxFailures.carried(LinuxFailures.writing(shown.toString(), -written));
      }
      done += written;
      position += written;
    }
  }

  /** Throws away what the file holds. */
  void restart() throws IOException {
    position = 0;
    hole(0);
  }

  /** Leaves a hole: bytes that read as zeros and, where the file system can, take no room. */
  void hole(long bytes) throws IOException {
    position += bytes;
    int skipped = calls.skip(descriptor, position);
    if (skipped < 0) {
      throw LinuxFailures.carried(LinuxFailures.writing(shown.toString(), -skipped));
    }
  }

  @Override
  public void close() throws IOException {
    NativeBuffers.Buffer open = buffer;
    if (open != null) {
      buffer = null;
      buffers.giveBack(open);
      int closed = calls.close(descriptor);
      if (closed < 0) {
        // Network file systems report a write that failed only here.
        throw LinuxFailures.carried(LinuxFailures.writing(shown.toString(), -closed));
      }
    }
  }
}
