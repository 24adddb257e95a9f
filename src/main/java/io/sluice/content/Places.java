package io.sluice.content;

import java.util.Arrays;

/**
 * Chunks and a place each, in arrays: no object a chunk, and ordered without comparing two of them
 * unless they begin with the same bits. One thread.
 */
final class Places {
  private static final int FIELDS = 5;
  private static final int PLACE = 4;
  private static final int FIRST = 256;

  private long[] fields = new long[FIELDS * FIRST];
  private int count;

  void add(Digest digest, long place) {
    int at = count * FIELDS;
    if (at == fields.length) {
      fields = Arrays.copyOf(fields, Math.multiplyExact(2, fields.length));
    }
    fields[at] = digest.a();
    fields[at + 1] = digest.b();
    fields[at + 2] = digest.c();
    fields[at + 3] = digest.d();
    fields[at + PLACE] = place;
    count++;
  }

  int size() {
    return count;
  }

  Digest digest(int at) {
    int from = at * FIELDS;
    return new Digest(fields[from], fields[from + 1], fields[from + 2], fields[from + 3]);
  }

  long place(int at) {
    return fields[at * FIELDS + PLACE];
  }

  /** Where each is found, by digest and then by place. */
  int[] order() {
    // Digests are evenly spread: their first bits, with the position behind them, make numbers that
    // are sorted as numbers are, and hardly two of them begin alike.
    long position = (Long.highestOneBit(count) << 1) - 1;
    long[] keys = new long[count];
    for (int i = 0; i < count; i++) {
      keys[i] = ((fields[i * FIELDS] ^ Long.MIN_VALUE) & ~position) | i;
    }
    Arrays.sort(keys);
    int[] order = new int[count];
    for (int from = 0; from < count; ) {
      int end = from;
      while (end < count && (keys[end] & ~position) == (keys[from] & ~position)) {
        order[end] = (int) (keys[end] & position);
        end++;
      }
      sort(order, from, end);
      from = end;
    }
    return order;
  }

  private void sort(int[] order, int from, int end) {
    if (end - from > 1) {
      int[] sorted =
          Arrays.stream(order, from, end).boxed().sorted(this::compare).mapToInt(i -> i).toArray();
      System.arraycopy(sorted, 0, order, from, sorted.length);
    }
  }

  private int compare(int one, int other) {
    int byDigest = digest(one).compareTo(digest(other));
    return byDigest != 0 ? byDigest : Long.compare(place(one), place(other));
  }
}
