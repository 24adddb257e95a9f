package io.sluice.content;

/** A frame's place in one long, as the index keeps it: pack number times 2^26 plus offset. */
final class FramePlace {
  private static final int OFFSET_BITS = 26;

  /** The highest pack number: eight exabytes of packs. */
  static final long PACK_MAX = (1L << (Long.SIZE - 1 - OFFSET_BITS)) - 1;

  private FramePlace() {}

  static long of(long pack, long offset) {
    if (!fits(pack, offset)) {
      throw new IllegalArgumentException("pack " + pack + " offset " + offset);
    }
    return pack << OFFSET_BITS | offset;
  }

  static boolean fits(long pack, long offset) {
    return pack >= 0 && pack <= PACK_MAX && offset >= 0 && offset < 1L << OFFSET_BITS;
  }

  static long pack(long place) {
    return place >>> OFFSET_BITS;
  }

  static long offset(long place) {
    return place & ((1L << OFFSET_BITS) - 1);
  }
}
