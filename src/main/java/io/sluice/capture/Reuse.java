package io.sluice.capture;

import io.sluice.content.Frame;
import io.sluice.manifest.ContentLayout;
import java.util.Arrays;
import java.util.List;

/**
 * Which chunks of an earlier capture belong at which places of the new content sequence.
 *
 * <p>A cut depends on the bytes since the last cut alone, and on the forced cuts (docs/formats/
 * chunking.md). So at a cut, an old chunk is the next chunk if it holds the same streams' bytes
 * from the same place on, and if the new sequence has a cut where it ends:
 *
 * <ul>
 *   <li>inside a stream: the bytes made the cut, and they are the same;
 *   <li>at the end of a stream where the new sequence has a forced cut;
 *   <li>at the end of a stream where the old sequence had no forced cut: the bytes made it.
 * </ul>
 *
 * <p>Otherwise the old cut was forced and the new one is not: the bytes must be read to know.
 */
final class Reuse {
  private static final int NO_SPAN = -1;

  private final Spans spans;
  private final Spans oldSpans;
  private final List<Frame.Chunk> oldChunks;
  private final long[] oldOffsets;

  /** The same stream in the old sequence, or {@link #NO_SPAN}. */
  private final int[] same;

  private final boolean any;

  private Reuse(Spans spans, Spans oldSpans, Previous previous, int[] same) {
    this.spans = spans;
    this.oldSpans = oldSpans;
    this.oldChunks = previous.chunks();
    this.oldOffsets = ContentLayout.chunkOffsets(oldChunks);
    this.same = same;
    this.any = Arrays.stream(same).anyMatch(span -> span != NO_SPAN);
  }

  static Reuse of(Scan scan, Spans spans, Previous previous) {
    Spans oldSpans = Spans.of(previous.entries());
    int[] same = new int[spans.count()];
    Arrays.fill(same, NO_SPAN);
    for (int entry = 0; entry < scan.entries().size(); entry++) {
      int old = scan.comparison().old(entry);
      for (int i = 0; old >= 0 && i < spans.countOf(entry); i++) {
        same[spans.firstOf(entry) + i] = oldSpans.firstOf(old) + i;
      }
    }
    return new Reuse(spans, oldSpans, previous, same);
  }

  /** True if any stream need not be read for its own sake. */
  boolean isAny() {
    return any;
  }

  /** Bytes of the streams that are not the same as before. */
  long bytesNew() {
    long bytes = 0;
    for (int span = 0; span < same.length; span++) {
      if (same[span] == NO_SPAN) {
        bytes += spans.end(span) - spans.offset(span);
      }
    }
    return bytes;
  }

  Frame.Chunk chunk(int index) {
    return oldChunks.get(index);
  }

  /**
   * The old chunk that is the next chunk at {@code offset}, which is a cut; -1 if none surely is.
   */
  int chunkAt(long offset) {
    if (!any) {
      return -1;
    }
    int span = spans.at(offset);
    int old = same[span];
    if (old == NO_SPAN) {
      return -1;
    }
    long oldOffset = oldSpans.offset(old) + offset - spans.offset(span);
    int chunk = Arrays.binarySearch(oldOffsets, oldOffset);
    if (chunk < 0) {
      return -1;
    }
    long oldEnd = oldOffsets[chunk + 1];
    while (oldSpans.end(old) < oldEnd) {
      old++;
      span++;
      if (span == spans.count() || same[span] != old) {
        return -1;
      }
    }
    boolean cut = oldEnd < oldSpans.end(old) || spans.isCutAfter(span) || !oldSpans.isCutAfter(old);
    return cut ? chunk : -1;
  }
}
