package io.sluice.content;

import java.util.Arrays;
import java.util.List;

/** The frames of a pack that is not sealed yet, as its index will list them. One thread. */
final class FrameList {
  private static final int FIELDS = 5;

  private long[] entries = new long[FIELDS * 256];
  private int count;
  private int frames;

  void add(long offset, List<Frame.Chunk> chunks) {
    for (Frame.Chunk chunk : chunks) {
      int at = count * FIELDS;
      if (at == entries.length) {
        entries = Arrays.copyOf(entries, 2 * entries.length);
      }
      Digest digest = chunk.digest();
      entries[at] = digest.a();
      entries[at + 1] = digest.b();
      entries[at + 2] = digest.c();
      entries[at + 3] = digest.d();
      entries[at + 4] = offset;
      count++;
    }
    frames++;
  }

  int frames() {
    return frames;
  }

  /** The index of a pack whose frames end there. */
  PackFormat.Index index(long framesEnd) {
    return PackFormat.index(entries, count, framesEnd, frames);
  }

  /** Forgets everything, once the index is written. */
  void clear() {
    entries = new long[0];
    count = 0;
  }
}
