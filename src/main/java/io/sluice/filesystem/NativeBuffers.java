package io.sluice.filesystem;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Native buffers for reading and writing, used again rather than made for every file. Any thread.
 */
final class NativeBuffers {
  /** Bytes of one buffer. */
  static final int BUFFER_BYTES = 256 * 1024;

  /** How many unused buffers are kept: at most 8 MiB. */
  private static final int KEPT_MAX = 32;

  private final ArrayBlockingQueue<MemorySegment> unused = new ArrayBlockingQueue<>(KEPT_MAX);

  MemorySegment take() {
    MemorySegment buffer = unused.poll();
    return buffer != null ? buffer : Arena.ofAuto().allocate(BUFFER_BYTES, 8);
  }

  void giveBack(MemorySegment buffer) {
    // A full queue means enough are kept; this one is then left to the collector.
    boolean ignored = unused.offer(buffer);
  }
}
