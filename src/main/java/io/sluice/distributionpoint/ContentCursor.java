package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Reads a content sequence from a chunk store, from one chunk on, each once. One thread at a time.
 */
final class ContentCursor {
  private final ChunkStore store;
  private final List<Frame.Chunk> chunks;
  private final byte[] buffer = new byte[Frame.Chunk.BYTES_MAX];
  private int next;

  /** The offset behind what is in the buffer. */
  private long loaded;

  private int at;
  private int length;

  /**
   * Begins where a chunk does.
   *
   * @param start the offset of that chunk
   */
  ContentCursor(ChunkStore store, List<Frame.Chunk> chunks, int first, long start) {
    this.store = store;
    this.chunks = chunks;
    this.next = first;
    this.loaded = start;
  }

  /** The offset of the next byte. */
  long offset() {
    return loaded - (length - at);
  }

  /** Copies the next {@code size} bytes. */
  void copy(long size, OutputStream out) throws Failure, IOException, InterruptedException {
    for (long left = size; left > 0; ) {
      if (at == length) {
        load();
      }
      int piece = (int) Math.min(left, length - at);
      out.write(buffer, at, piece);
      at += piece;
      left -= piece;
    }
  }

  /** Passes over the next {@code size} bytes; chunks that lie whole in them are not read. */
  void skip(long size) throws Failure, InterruptedException {
    for (long left = size; left > 0; ) {
      if (at < length) {
        int piece = (int) Math.min(left, length - at);
        at += piece;
        left -= piece;
      } else if (next < chunks.size() && chunks.get(next).length() <= left) {
        left -= chunks.get(next).length();
        loaded += chunks.get(next++).length();
      } else {
        load();
      }
    }
  }

  private void load() throws Failure, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (next == chunks.size()) {
      throw Content.corrupt("its streams are longer than its chunks");
    }
    Frame.Chunk chunk = chunks.get(next++);
    length = store.read(chunk.digest(), buffer, 0);
    at = 0;
    loaded += length;
    if (length != chunk.length()) {
      throw Content.corrupt("chunk " + chunk.digest() + " has " + length + " bytes");
    }
  }
}
