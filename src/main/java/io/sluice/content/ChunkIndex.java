package io.sluice.content;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which chunk lies where, in memory: whole digests and places in open-addressed tables, 53 to 80
 * bytes a chunk. A chunk that lies in several places is found at the first of them; the others take
 * its turn when that one is gone. Derived from the packs' own indexes and never written. Safe from
 * any thread.
 */
final class ChunkIndex {
  /** What {@link #find} answers for a chunk that is not here. */
  static final long ABSENT = -1;

  private static final int SHARD_BITS = 6;

  /** Parts, each of a range of digests, in order. */
  static final int SHARDS = 1 << SHARD_BITS;

  private static final int FIELDS = 5;
  private static final int PLACE = 4;
  private static final int SLOTS_FIRST = 16;

  private final Shard[] shards = new Shard[SHARDS];

  ChunkIndex() {
    for (int i = 0; i < shards.length; i++) {
      shards[i] = new Shard();
    }
  }

  /** The chunk's place, or {@link #ABSENT}. */
  long find(Digest digest) {
    return shard(digest).find(digest);
  }

  /** Adds a place of a chunk; true if it is the first, by which the chunk is found. */
  boolean add(Digest digest, long place) {
    if (place < 0) {
      throw new IllegalArgumentException("place " + place);
    }
    return shard(digest).add(digest, place);
  }

  /** Forgets all places that fit, and chunks that have no other. Looks at every one. */
  void removeIf(LongPredicate place) {
    for (Shard shard : shards) {
      shard.removeIf(place);
    }
  }

  /** All places of a part's chunks. */
  Places places(int shard) {
    return shards[shard].places();
  }

  /** How many chunks are here. */
  long size() {
    long sum = 0;
    for (Shard shard : shards) {
      sum += shard.size();
    }
    return sum;
  }

  private Shard shard(Digest digest) {
    return shards[(int) (digest.a() >>> (Long.SIZE - SHARD_BITS))];
  }

  /**
   * One table. Slots hold the digest's four longs and the place plus one, so that zero is a free
   * slot; a forgotten chunk keeps its slot with place {@link #ABSENT}, which keeps probing simple.
   */
  private static final class Shard {
    private static final long FORGOTTEN = ABSENT;

    private long[] table = new long[SLOTS_FIRST * FIELDS];
    private int used;
    private int forgotten;

    /** Further places of the few chunks that have some, in the order in which they were added. */
    private final Map<Digest, long[]> spares = new HashMap<>();

    synchronized long find(Digest digest) {
      long stored = table[slot(table, digest) + PLACE];
      return stored <= 0 ? ABSENT : stored - 1;
    }

    synchronized boolean add(Digest digest, long place) {
      int slot = slot(table, digest);
      long stored = table[slot + PLACE];
      if (stored > 0) {
        if (stored - 1 != place) {
          spares.merge(digest, new long[] {place}, Shard::joined);
        }
        return false;
      }
      if (stored == FORGOTTEN) {
        forgotten--;
      } else {
        if ((used + 1) * 4L > table.length / FIELDS * 3L) {
          grow();
          slot = slot(table, digest);
        }
        used++;
      }
      write(table, slot, digest, place + 1);
      return true;
    }

    synchronized void removeIf(LongPredicate place) {
      spares.replaceAll((digest, places) -> without(places, place));
      for (int slot = 0; slot < table.length; slot += FIELDS) {
        long stored = table[slot + PLACE];
        if (stored > 0 && place.test(stored - 1)) {
          long next = spares.isEmpty() ? ABSENT : nextPlace(digest(table, slot));
          table[slot + PLACE] = next == ABSENT ? FORGOTTEN : next + 1;
          forgotten += next == ABSENT ? 1 : 0;
        }
      }
      spares.values().removeIf(places -> places.length == 0);
      int slots = table.length / FIELDS;
      if (slots > SLOTS_FIRST && size() * 8L < slots) {
        resize(Math.max(SLOTS_FIRST, 2 * size()));
      }
    }

    synchronized Places places() {
      Places all = new Places();
      for (int slot = 0; slot < table.length; slot += FIELDS) {
        if (table[slot + PLACE] > 0) {
          all.add(digest(table, slot), table[slot + PLACE] - 1);
        }
      }
      spares.forEach(
          (digest, places) -> {
            for (long place : places) {
              all.add(digest, place);
            }
          });
      return all;
    }

    private long nextPlace(Digest digest) {
      long @Nullable [] places = spares.get(digest);
      if (places == null || places.length == 0) {
        return ABSENT;
      }
      spares.put(digest, Arrays.copyOfRange(places, 1, places.length));
      return places[0];
    }

    private static long[] without(long[] places, LongPredicate which) {
      return Arrays.stream(places).filter(which.negate()).toArray();
    }

    private static long[] joined(long[] some, long[] one) {
      if (Arrays.stream(some).anyMatch(each -> each == one[0])) {
        return some;
      }
      long[] more = Arrays.copyOf(some, some.length + 1);
      more[some.length] = one[0];
      return more;
    }

    synchronized int size() {
      return used - forgotten;
    }

    private void grow() {
      int slots = table.length / FIELDS;
      resize(slots + slots / 2);
    }

    private void resize(int slots) {
      long[] other = new long[Math.multiplyExact(slots, FIELDS)];
      used = 0;
      for (int from = 0; from < table.length; from += FIELDS) {
        if (table[from + PLACE] > 0) {
          Digest digest = digest(table, from);
          write(other, slot(other, digest), digest, table[from + PLACE]);
          used++;
        }
      }
      forgotten = 0;
      table = other;
    }

    /** Where the digest is, or where it belongs. There is always a free slot. */
    private static int slot(long[] table, Digest digest) {
      int slots = table.length / FIELDS;
      // D. Lemire, Fast random integer generation in an interval, 2019: digests are evenly spread.
      int slot = (int) Math.unsignedMultiplyHigh(digest.a() << SHARD_BITS, slots) * FIELDS;
      while (table[slot + PLACE] != 0 && !holds(table, slot, digest)) {
        slot += FIELDS;
        if (slot == table.length) {
          slot = 0;
        }
      }
      return slot;
    }

    private static Digest digest(long[] table, int slot) {
      return new Digest(table[slot], table[slot + 1], table[slot + 2], table[slot + 3]);
    }

    private static boolean holds(long[] table, int slot, Digest digest) {
      return table[slot] == digest.a()
          && table[slot + 1] == digest.b()
          && table[slot + 2] == digest.c()
          && table[slot + 3] == digest.d();
    }

    private static void write(long[] table, int slot, Digest digest, long placePlusOne) {
      table[slot] = digest.a();
      table[slot + 1] = digest.b();
      table[slot + 2] = digest.c();
      table[slot + 3] = digest.d();
      table[slot + PLACE] = placePlusOne;
    }
  }
}
