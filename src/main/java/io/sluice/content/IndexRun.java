package io.sluice.content;

import io.sluice.failure.Failure;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;

/**
 * A sorted file of chunks and their places (docs/formats/index.md), mapped and not on the heap. It
 * is believed only of packs that were found to be the ones it was made from. Safe from any thread.
 */
final class IndexRun {
  static final int VERSION = 0;
  static final int HEADER_BYTES = 16;
  static final int ENTRY_BYTES = Digest.BYTES + 8;
  static final int PACK_BYTES = 16 + Digest.BYTES;
  static final int FOOTER_BYTES = 56;
  static final int PACKS_MAX = 16_000_000;

  private static final byte[] MAGIC = "SLUICEIX".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END_MAGIC = "SLIXEND0".getBytes(StandardCharsets.US_ASCII);
  private static final int PIECE_BYTES = 1 << 20;
  private static final int FOOTER_GUARDED = 16;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Path file;
  private final MemorySegment bytes;
  private final long entries;
  private final Map<Long, PackSeal> packs;
  private final Set<Long> believed = ConcurrentHashMap.newKeySet();

  private IndexRun(Path file, MemorySegment bytes, long entries, Map<Long, PackSeal> packs) {
    this.file = file;
    this.bytes = bytes;
    this.entries = entries;
    this.packs = packs;
  }

  /** What tells a sealed pack from any other of its number, and where its frames end. */
  record PackSeal(long number, long framesEnd, Digest sum) {}

  /**
   * Opens a run, all of it compared with its check sum.
   *
   * @throws Failure CONTENT_CORRUPT, LIBRARY_TOO_OLD, LIBRARY_TOO_NEW or what the disk says
   */
  static IndexRun open(Disk disk, Path file, PackFormat.Versions readable) throws Failure {
    try (Disk.Reader reader = disk.open(file)) {
      requireHeader(reader, file, readable);
      long size = reader.size();
      ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES);
      if (size < HEADER_BYTES + FOOTER_BYTES
          || reader.read(footer, size - FOOTER_BYTES) < FOOTER_BYTES) {
        throw corrupt(file, "it is cut short");
      }
      long entries = footer.getLong(0);
      int packs = footer.getInt(8);
      byte[] end = footer.array();
      if (!Arrays.equals(end, FOOTER_BYTES - 8, FOOTER_BYTES, END_MAGIC, 0, 8)) {
        throw corrupt(file, "it does not end with a footer");
      }
      if (entries < 0
          || entries > size / ENTRY_BYTES
          || packs < 0
          || packs > PACKS_MAX
          || size
              != HEADER_BYTES + entries * ENTRY_BYTES + (long) packs * PACK_BYTES + FOOTER_BYTES) {
        throw corrupt(file, "its footer does not fit its size");
      }
      byte[] expected = Arrays.copyOfRange(end, FOOTER_GUARDED, FOOTER_GUARDED + Digest.BYTES);
      if (!MessageDigest.isEqual(sum(reader, size - FOOTER_BYTES + FOOTER_GUARDED), expected)) {
        throw corrupt(file, "it does not match its check sum");
      }
      MemorySegment bytes = reader.map();
      return new IndexRun(file, bytes, entries, seals(bytes, entries, packs));
    }
  }

  private static void requireHeader(Disk.Reader reader, Path file, PackFormat.Versions readable)
      throws Failure {
    byte[] header = new byte[HEADER_BYTES];
    if (reader.read(ByteBuffer.wrap(header), 0) < HEADER_BYTES
        || !Arrays.equals(header, 0, 8, MAGIC, 0, 8)) {
      throw corrupt(file, "it does not begin as an index run does");
    }
    int version = ByteBuffer.wrap(header).getShort(8) & 0xffff;
    PackFormat.requireVersion(version, file, readable);
  }

  private static byte[] sum(Disk.Reader reader, long end) throws Failure {
    MessageDigest sha = Digest.sha256();
    byte[] piece = new byte[PIECE_BYTES];
    long at = 0;
    while (at < end) {
      int wanted = (int) Math.min(piece.length, end - at);
      int length = reader.read(ByteBuffer.wrap(piece, 0, wanted), at);
      sha.update(piece, 0, length);
      at += length;
      if (length < wanted) {
        break;
      }
    }
    return sha.digest();
  }

  private static Map<Long, PackSeal> seals(MemorySegment bytes, long entries, int packs) {
    Map<Long, PackSeal> seals = new TreeMap<>();
    long at = HEADER_BYTES + entries * ENTRY_BYTES;
    for (int i = 0; i < packs; i++, at += PACK_BYTES) {
      long number = bytes.get(LONG, at);
      seals.put(number, new PackSeal(number, bytes.get(LONG, at + 8), digestAt(bytes, at + 16)));
    }
    return seals;
  }

  Path file() {
    return file;
  }

  Collection<PackSeal> packs() {
    return packs.values();
  }

  boolean lists(long pack) {
    return packs.containsKey(pack);
  }

  /** Whether it was made from this very pack. */
  boolean isOf(PackSeal pack) {
    return pack.equals(packs.get(pack.number));
  }

  /** How many entries there are, believed or not. */
  long entries() {
    return entries;
  }

  /** From now on what it says of the pack counts. */
  void believe(long pack) {
    believed.add(pack);
  }

  /** The pack is no longer here: what the run says of it is left out when it is merged. */
  void disbelieve(long pack) {
    believed.remove(pack);
  }

  boolean believes(long pack) {
    return believed.contains(pack);
  }

  Digest digest(long entry) {
    return digestAt(bytes, HEADER_BYTES + entry * ENTRY_BYTES);
  }

  long place(long entry) {
    return bytes.get(LONG, HEADER_BYTES + entry * ENTRY_BYTES + Digest.BYTES);
  }

  /** Whether an entry is of a pack this run is believed of. */
  boolean isBelieved(long entry) {
    return believed.contains(FramePlace.pack(place(entry)));
  }

  /** The first believed place of a chunk that also fits, or {@link ChunkIndex#ABSENT}. */
  long find(Digest digest, LongPredicate fits) {
    for (long i = first(digest); i < entries && digest(i).equals(digest); i++) {
      long place = place(i);
      if (believed.contains(FramePlace.pack(place)) && fits.test(place)) {
        return place;
      }
    }
    return ChunkIndex.ABSENT;
  }

  /**
   * The first entry not below a digest. Digests are evenly spread: the search begins where it
   * should be and doubles its step.
   */
  private long first(Digest digest) {
    long guess = Math.unsignedMultiplyHigh(digest.a(), entries);
    long step = 8;
    long low = guess;
    while (low > 0 && compare(low - 1, digest) >= 0) {
      low = Math.max(0, low - step);
      step *= 2;
    }
    step = 8;
    long high = guess;
    while (high < entries && compare(high, digest) < 0) {
      high = Math.min(entries, high + step);
      step *= 2;
    }
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (compare(middle, digest) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int compare(long entry, Digest digest) {
    int byFirst =
        Long.compareUnsigned(bytes.get(LONG, HEADER_BYTES + entry * ENTRY_BYTES), digest.a());
    return byFirst != 0 ? byFirst : digest(entry).compareTo(digest);
  }

  private static Digest digestAt(MemorySegment bytes, long at) {
    return new Digest(
        bytes.get(LONG, at),
        bytes.get(LONG, at + 8),
        bytes.get(LONG, at + 16),
        bytes.get(LONG, at + 24));
  }

  private static Failure corrupt(Path file, String why) {
    return PackFormat.corrupt(file, why);
  }

  /** Writes a run: entries in order, then what they are of. One thread. */
  static final class Writing {
    private final Disk.Writer writer;
    private final MessageDigest sha = Digest.sha256();
    private final ByteBuffer buffer = ByteBuffer.allocate(PIECE_BYTES);
    private long entries;

    Writing(Disk.Writer writer) {
      this.writer = writer;
      buffer.put(MAGIC).putShort((short) VERSION).putShort((short) 0).putInt(0);
    }

    /** The next entry: by digest, then by place. */
    void entry(Digest digest, long place) throws Failure {
      room(ENTRY_BYTES);
      digest(digest);
      buffer.putLong(place);
      entries++;
    }

    void end(List<PackSeal> packs) throws Failure {
      for (PackSeal pack : packs) {
        room(PACK_BYTES);
        buffer.putLong(pack.number).putLong(pack.framesEnd);
        digest(pack.sum);
      }
      room(FOOTER_BYTES);
      buffer.putLong(entries).putInt(packs.size()).putInt(0);
      sha.update(buffer.array(), 0, buffer.position());
      // The sum is not part of itself.
      buffer.put(sha.digest()).put(END_MAGIC);
      writer.write(buffer.flip());
    }

    private void digest(Digest digest) {
      digest.write(buffer.array(), buffer.position());
      buffer.position(buffer.position() + Digest.BYTES);
    }

    private void room(int bytes) throws Failure {
      if (buffer.remaining() < bytes) {
        sha.update(buffer.array(), 0, buffer.position());
        writer.write(buffer.flip());
        buffer.clear();
      }
    }
  }
}
