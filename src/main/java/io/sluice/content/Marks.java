package io.sluice.content;

import java.util.function.Consumer;

/** The chunks that somebody needs. Not for several threads at once. */
final class Marks implements Consumer<Frame.Chunk> {
  private final ChunkIndex chunks = new ChunkIndex();
  private long contentBytes;

  @Override
  public void accept(Frame.Chunk chunk) {
    if (chunks.add(chunk.digest(), 0)) {
      contentBytes += chunk.length();
    }
  }

  boolean contains(Digest chunk) {
    return chunks.find(chunk) != ChunkIndex.ABSENT;
  }

  /** How many different chunks. */
  long count() {
    return chunks.size();
  }

  /** Their plain bytes, each chunk once. */
  long contentBytes() {
    return contentBytes;
  }
}
