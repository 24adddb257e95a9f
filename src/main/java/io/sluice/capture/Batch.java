package io.sluice.capture;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import java.util.ArrayList;
import java.util.List;

/** Chunks cut in one buffer, on their way through the crew. */
final class Batch {
  /** A stretch of the buffer and the chunk's place in the content sequence's list of chunks. */
  record Cut(int slot, int from, int length) {}

  private final byte[] buffer;
  private final List<Cut> cuts = new ArrayList<>();
  private final List<Frame.Chunk> chunks = new ArrayList<>();

  Batch(byte[] buffer) {
    this.buffer = buffer;
  }

  byte[] buffer() {
    return buffer;
  }

  void add(int slot, int from, int length) {
    cuts.add(new Cut(slot, from, length));
  }

  boolean isEmpty() {
    return cuts.isEmpty();
  }

  /** Hashes the chunks; a worker's part. */
  List<Frame.Chunk> hash() {
    for (Cut cut : cuts) {
      Digest digest = Digest.of(buffer, cut.from(), cut.length());
      chunks.add(new Frame.Chunk(digest, cut.length()));
    }
    return chunks;
  }

  int from(int index) {
    return cuts.get(index).from();
  }

  /** Puts the hashed chunks where they belong. */
  void place(Frame.Chunk[] sequence) {
    for (int i = 0; i < cuts.size(); i++) {
      sequence[cuts.get(i).slot()] = chunks.get(i);
    }
  }
}
