package io.sluice.filesystem;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An open descriptor, or a part of it, written from its start to its end by one thread. */
final class NativeOutput extends Folder.Bytes {
  private final LinuxCalls calls;
  private final int descriptor;
  private final Object shown;
  private final NativeBuffers buffers;
  private NativeBuffers.@Nullable Buffer buffer;
  private final boolean part;
  private long position;

  /**
   * Owns the descriptor.
   *
   * @param shown what it is, in messages
   */
  NativeOutput(LinuxCalls calls, int descriptor, Object shown, NativeBuffers buffers) {
    this(calls, descriptor, shown, buffers, false, 0);
  }

  private NativeOutput(
      LinuxCalls calls,
      int descriptor,
      Object shown,
      NativeBuffers buffers,
      boolean part,
      long position) {
    this.part = part;
    this.position = position;
    this.calls = calls;
    this.descriptor = descriptor;
    this.shown = shown;
    this.buffers = buffers;
    this.buffer = buffers.take();
  }

  /** Another one, for another thread, from an offset on; the file is as long already. */
  NativeOutput part(long offset) {
    return new NativeOutput(calls, descriptor, shown, buffers, true, offset);
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
      int written = calls.write(descriptor, open, piece, position);
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
    cut();
  }

  @Override
  public void skip(long bytes) throws IOException {
    position += bytes;
    if (!part) {
      cut();
    }
  }

  private void cut() throws IOException {
    int set = calls.setLength(descriptor, position);
    if (set < 0) {
      throw LinuxFailures.carried(LinuxFailures.writing(shown.toString(), -set));
    }
  }

  @Override
  public void close() throws IOException {
    NativeBuffers.Buffer open = buffer;
    if (open != null) {
      buffer = null;
      buffers.giveBack(open);
      int closed = part ? 0 : calls.close(descriptor);
      if (closed < 0) {
        // Network file systems report a write that failed only here.
        throw LinuxFailures.carried(LinuxFailures.writing(shown.toString(), -closed));
      }
    }
  }
}
