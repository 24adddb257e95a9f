package io.sluice.filesystem;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Native buffers of one size, used again rather than made for every call. Any thread, without
 * waiting for another: each begins to look at a place of its own.
 */
final class NativeBuffers {
  /** Bytes of a buffer that file content passes through. */
  static final int CONTENT_BYTES = 256 * 1024;

  /** How many unused buffers are kept: at most 8 MiB of the largest size. */
  private static final int KEPT_MAX = 32;

  private final int size;
  private final AtomicReferenceArray<Buffer> unused = new AtomicReferenceArray<>(KEPT_MAX);

  NativeBuffers(int size) {
    this.size = size;
  }

  /**
   * Memory that calls are told of by address. It lives as long as this object is reachable, so
   * whoever passes the address on keeps the object until the call has returned.
   *
   * @param bytes the memory, in the machine's byte order
   */
  record Buffer(MemorySegment memory, ByteBuffer bytes) {
    private static Buffer of(int size) {
      MemorySegment memory = Arena.ofAuto().allocate(size, 8);
      return new Buffer(memory, memory.asByteBuffer().order(ByteOrder.nativeOrder()));
    }

    long address() {
      return memory.address();
    }
  }

  Buffer take() {
    int first = first();
    for (int i = 0; i < KEPT_MAX; i++) {
      int at = (first + i) % KEPT_MAX;
      Buffer buffer = unused.get(at) == null ? null : unused.getAndSet(at, null);
      if (buffer != null) {
        return buffer;
      }
    }
    return Buffer.of(size);
  }

  void giveBack(Buffer buffer) {
    int first = first();
    for (int i = 0; i < KEPT_MAX; i++) {
      if (unused.compareAndSet((first + i) % KEPT_MAX, null, buffer)) {
        return;
      }
    }
    // Enough are kept; this one is left to the collector.
  }

  private static int first() {
    return (int) (Thread.currentThread().threadId() % KEPT_MAX);
  }
}
