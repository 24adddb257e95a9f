package io.sluice.capture;

import io.sluice.content.Frame;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Stream;
import java.util.Arrays;
import java.util.List;

/**
 * The streams that have bytes, with their offsets in the content sequence. Empty streams take no
 * part in cutting and are left out.
 */
final class Spans {
  /** A stream of at least this many bytes has a cut before and after it. */
  static final long BIG_BYTES = Frame.Chunk.BYTES_MAX;

  private final int[] entries;
  private final int[] streams;
  private final long[] offsets;

  /** The first span of each entry, and the number of spans. */
  private final int[] firsts;

  private Spans(int[] entries, int[] streams, long[] offsets, int[] firsts) {
    this.entries = entries;
    this.streams = streams;
    this.offsets = offsets;
    this.firsts = firsts;
  }

  static Spans of(List<Entry> entries) {
    int most = 0;
    for (Entry entry : entries) {
      most += 1 + entry.streams().size();
    }
    int[] owners = new int[most];
    int[] streams = new int[most];
    long[] offsets = new long[most + 1];
    int[] firsts = new int[entries.size() + 1];
    int count = 0;
    int index = 0;
    for (Entry entry : entries) {
      firsts[index] = count;
      int streamsOfEntry = entry.streams().size();
      for (int stream = -1; stream < streamsOfEntry; stream++) {
        long size = size(entry, stream);
        if (size > 0) {
          owners[count] = index;
          streams[count] = stream;
          offsets[count + 1] = offsets[count] + size;
          count++;
        }
      }
      index++;
    }
    firsts[index] = count;
    return new Spans(
        Arrays.copyOf(owners, count),
        Arrays.copyOf(streams, count),
        Arrays.copyOf(offsets, count + 1),
        firsts);
  }

  private static long size(Entry entry, int stream) {
    if (stream >= 0) {
      Stream named = entry.streams().get(stream);
      return named.size();
    }
    return entry instanceof Entry.File file ? file.size() : 0;
  }

  int count() {
    return entries.length;
  }

  /** Bytes of all spans. */
  long total() {
    return offsets[entries.length];
  }

  int entry(int span) {
    return entries[span];
  }

  /** Index among the entry's named streams; -1 is the unnamed one. */
  int stream(int span) {
    return streams[span];
  }

  long offset(int span) {
    return offsets[span];
  }

  /** The offset after the span's last byte. */
  long end(int span) {
    return offsets[span + 1];
  }

  boolean isBig(int span) {
    return offsets[span + 1] - offsets[span] >= BIG_BYTES;
  }

  int firstOf(int entry) {
    return firsts[entry];
  }

  int countOf(int entry) {
    return firsts[entry + 1] - firsts[entry];
  }

  /** The span that holds the byte at {@code offset}, which is less than {@link #total}. */
  int at(long offset) {
    int found = Arrays.binarySearch(offsets, offset);
    return found >= 0 ? found : -found - 2;
  }

  /**
   * The next forced cut after {@code span} begins: the end of a big stream or of a run of small
   * ones.
   */
  long forcedCutAfter(int span) {
    int last = span;
    if (!isBig(span)) {
      while (last + 1 < entries.length && !isBig(last + 1)) {
        last++;
      }
    }
    return offsets[last + 1];
  }

  /** True if the end of {@code span} is a forced cut. */
  boolean isCutAfter(int span) {
    return isBig(span) || span + 1 == entries.length || isBig(span + 1);
  }
}
