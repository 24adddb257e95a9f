package io.sluice.exchange;

import io.sluice.content.ChunkStore;
import io.sluice.content.Frame;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.ContentLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/**
 * A version's content sequence at any offset, each byte compared with its chunk's digest as it is
 * read. Holds one chunk. One thread.
 */
final class VersionContent {
  private final ChunkStore store;
  private final List<Frame.Chunk> chunks;
  private final long[] offsets;
  private final byte[] buffer = new byte[Frame.Chunk.BYTES_MAX];
  private final byte[] zeros = new byte[Frame.Chunk.BYTES_MAX];
  private int loaded = -1;

  VersionContent(ChunkStore store, List<Frame.Chunk> chunks) {
    this.store = store;
    this.chunks = chunks;
    this.offsets = ContentLayout.chunkOffsets(chunks);
  }

  /** Copies the bytes {@code from} to {@code to} (exclusive) of the sequence. */
  void copy(long from, long to, OutputStream out)
      throws Failure, IOException, InterruptedException {
    for (long at = from; at < to; ) {
      int within = load(at);
      int piece = pieceAt(within, to - at);
      out.write(buffer, within, piece);
      at += piece;
    }
  }

  /** True if the bytes {@code from} to {@code to} (exclusive) of the sequence are all zero. */
  boolean isZero(long from, long to) throws Failure, InterruptedException {
    for (long at = from; at < to; ) {
      int within = load(at);
      int piece = pieceAt(within, to - at);
      if (!Arrays.equals(buffer, within, within + piece, zeros, 0, piece)) {
        return false;
      }
      at += piece;
    }
    return true;
  }

  /** Loads the chunk of an offset; answers where in it that is. */
  private int load(long offset) throws Failure, InterruptedException {
    int chunk = chunkAt(offset);
    loadChunk(chunk);
    return (int) (offset - offsets[chunk]);
  }

  private int pieceAt(int within, long most) {
    return (int) Math.min(most, chunks.get(loaded).length() - within);
  }

  /** The bytes of a stream that is known to be short. */
  byte[] bytes(ContentLayout.Span span) throws Failure, InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(span.size()));
    try {
      copy(span.offset(), span.end(), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("an array cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private int chunkAt(long offset) {
    if (loaded >= 0 && offset >= offsets[loaded] && offset < offsets[loaded + 1]) {
      return loaded;
    }
    int found = Arrays.binarySearch(offsets, offset);
    return found >= 0 ? found : -found - 2;
  }

  private void loadChunk(int chunk) throws Failure, InterruptedException {
    if (chunk == loaded) {
      return;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    loaded = -1;
    Frame.Chunk wanted = chunks.get(chunk);
    int length = store.read(wanted.digest(), buffer, 0);
    if (length != wanted.length()) {
      throw Failure.permanent(
          Code.MANIFEST_CORRUPT,
          "reading a version's content",
          "chunk " + wanted.digest() + " has " + length + " bytes",
          "capture the package again");
    }
    loaded = chunk;
  }
}
