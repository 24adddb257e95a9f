package io.sluice.content;

import io.sluice.failure.Failure;
import java.util.List;

/**
 * The plain bytes of the frames read last. Whoever wants a chunk of a frame that another thread is
 * decoding waits for it. Buffers are reused, nothing is allocated for a hit.
 */
final class FrameCache {
  /** How many frames are kept: 16 MiB of plain bytes. */
  static final int FRAMES_MAX = 32;

  /** What {@link #read} answers when the frame does not hold the chunk it should. */
  static final int DAMAGED = -1;

  private static final long NOTHING = -1;

  private final Slot[] slots = new Slot[FRAMES_MAX];
  private final long[] places = new long[FRAMES_MAX];
  private final long[] usedAt = new long[FRAMES_MAX];
  private long uses;

  /** Decodes a frame into a buffer and says what chunks it holds. */
  @FunctionalInterface
  interface Loader {
    List<Frame.Chunk> load(byte[] plain) throws Failure;
  }

  FrameCache() {
    for (int i = 0; i < FRAMES_MAX; i++) {
      slots[i] = new Slot();
      places[i] = NOTHING;
    }
  }

  /**
   * Copies a chunk of the frame at a place and returns its length, or {@link #DAMAGED}. A chunk is
   * compared with its digest when it is read from a decoded frame for the first time.
   */
  int read(long place, Digest chunk, Target target, Loader loader) throws Failure {
    Slot slot = slot(place);
    synchronized (slot) {
      // The slot may have been given to another place since: then it is filled again, for either.
      if (slot.place != place) {
        slot.fill(place, loader);
      }
      return slot.copy(chunk, target);
    }
  }

  /** Where a chunk's bytes go. */
  record Target(byte[] into, int at) {}

  private synchronized Slot slot(long place) {
    int chosen = 0;
    for (int i = 0; i < FRAMES_MAX; i++) {
      if (places[i] == place) {
        chosen = i;
        break;
      }
      if (usedAt[i] < usedAt[chosen]) {
        chosen = i;
      }
    }
    places[chosen] = place;
    usedAt[chosen] = ++uses;
    return slots[chosen];
  }

  /** One decoded frame; guarded by its own monitor. */
  private static final class Slot {
    private long place = NOTHING;
    private List<Frame.Chunk> chunks = List.of();
    private byte[] plain = new byte[0];

    /** A bit for every chunk that was compared with its digest. */
    private long verified;

    void fill(long wanted, Loader loader) throws Failure {
      place = NOTHING;
      if (plain.length == 0) {
        plain = new byte[Frame.PLAIN_BYTES_MAX];
      }
      chunks = loader.load(plain);
      verified = 0;
      place = wanted;
    }

    int copy(Digest wanted, Target target) {
      int start = 0;
      for (int i = 0; i < chunks.size(); i++) {
        Frame.Chunk chunk = chunks.get(i);
        if (chunk.digest().equals(wanted)) {
          if ((verified >>> i & 1) == 0) {
            if (!Digest.of(plain, start, chunk.length()).equals(wanted)) {
              place = NOTHING;
              return DAMAGED;
            }
            verified |= 1L << i;
          }
          System.arraycopy(plain, start, target.into(), target.at(), chunk.length());
          return chunk.length();
        }
        start += chunk.length();
      }
      return DAMAGED;
    }
  }
}
