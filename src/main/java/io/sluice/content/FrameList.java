package io.sluice.content;

import java.util.List;

/** The frames of a pack that is not sealed yet, as its index will list them. One thread. */
final class FrameList {
  private Places entries = new Places();
  private int frames;

  void add(long offset, List<Frame.Chunk> chunks) {
    for (Frame.Chunk chunk : chunks) {
      entries.add(chunk.digest(), offset);
    }
    frames++;
  }

  int frames() {
    return frames;
  }

  /** The index of a pack whose frames end there. */
  PackFormat.Index index(long framesEnd) {
    return PackFormat.index(entries, framesEnd, frames);
  }

  /** Forgets everything, once the index is written. */
  void clear() {
    entries = new Places();
  }
}
