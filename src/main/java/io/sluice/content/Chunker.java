package io.sluice.content;

/**
 * Where content is cut: docs/formats/chunking.md, after W. Xia et al., <em>FastCDC</em>, USENIX ATC
 * 2016. A pure function of the bytes after the last cut; safe from any thread. Forced cuts are the
 * caller's: it passes the forced cut as the end.
 */
public final class Chunker {
  /** A chunk is longer than this, unless the content ends first. */
  public static final int BYTES_MIN = 16 * 1024;

  /** Up to this length cuts are made rare, from it on frequent. */
  public static final int BYTES_NORMAL = 64 * 1024;

  /** No chunk is longer. */
  public static final int BYTES_MAX = Frame.Chunk.BYTES_MAX;

  /** A cut before the normal length: the top 18 bits are zero. */
  private static final int RARE_SHIFT = 64 - 18;

  /** A cut from the normal length on: the top 14 bits are zero. */
  private static final int FREQUENT_SHIFT = 64 - 14;

  private static final long[] GEAR = Gear.table();

  private Chunker() {}

  /**
   * The length of the chunk that begins at {@code from}. It depends on nothing before {@code from}
   * and on nothing after the chunk. Given {@link #BYTES_MAX} bytes or more it always finds it.
   *
   * @param to end of the bytes at hand
   * @param end true if {@code to} is a cut: the end of the content or a forced one
   * @return 0 if the chunk is longer than the bytes at hand; then ask again from the same place
   *     with more of them. With {@code end} only if there are none
   */
  public static int cut(byte[] buffer, int from, int to, boolean end) {
    int most = Math.min(to - from, BYTES_MAX);
    // GEAR is copied to a local so that the compiler keeps it in a register.
    long[] gear = GEAR;
    long h = 0;
    int i = from + BYTES_MIN;
    int normal = from + Math.min(most, BYTES_NORMAL - 1);
    for (; i < normal; i++) {
      h = (h << 1) + gear[buffer[i] & 0xff];
      if (h >>> RARE_SHIFT == 0) {
        return i + 1 - from;
      }
    }
    int last = from + most;
    for (; i < last; i++) {
      h = (h << 1) + gear[buffer[i] & 0xff];
      if (h >>> FREQUENT_SHIFT == 0) {
        return i + 1 - from;
      }
    }
    return end || most == BYTES_MAX ? most : 0;
  }
}
