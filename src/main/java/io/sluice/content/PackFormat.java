package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** The bytes of a pack around its frames: docs/formats/pack.md. */
final class PackFormat {
  static final int VERSION = 0;
  static final int HEADER_BYTES = 16;
  static final int FOOTER_BYTES = 56;
  static final int ENTRY_BYTES = Digest.BYTES + 8;

  /** Frames end at this offset at the latest. */
  static final int FRAMES_END_MAX = 64 * 1024 * 1024;

  /** No pack has more chunks: each takes an entry in its frame's chunk table. */
  static final int ENTRIES_MAX = FRAMES_END_MAX / FrameFormat.TABLE_ENTRY_BYTES;

  private static final byte[] MAGIC = "SLUICEPK".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END_MAGIC = "SLPKEND0".getBytes(StandardCharsets.US_ASCII);
  private static final int FOOTER_GUARDED = 16;

  private PackFormat() {}

  /** The versions this Sluice reads. */
  record Versions(int oldest, int newest) {
    static final Versions NOW = new Versions(VERSION, VERSION);
  }

  /**
   * A sealed pack's index.
   *
   * @param entries as in the file
   * @param framesEnd where the frames end and the index begins
   * @param frames how many frames there are
   */
  record Index(byte[] entries, long framesEnd, int frames) {
    int size() {
      return entries.length / ENTRY_BYTES;
    }

    Digest digest(int entry) {
      return Digest.read(entries, entry * ENTRY_BYTES);
    }

    long offset(int entry) {
      return ByteBuffer.wrap(entries).getLong(entry * ENTRY_BYTES + Digest.BYTES);
    }

    /** Where the frames begin, in order. */
    long[] offsets() {
      return IntStream.range(0, size()).mapToLong(this::offset).sorted().distinct().toArray();
    }

    /** Whether another index would be the same bytes in a file. */
    boolean isSameAs(Index other) {
      return framesEnd == other.framesEnd
          && frames == other.frames
          && Arrays.equals(entries, other.entries);
    }
  }

  static byte[] header() {
    return ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putShort((short) VERSION).array();
  }

  /** Index and footer as they end a pack. */
  static byte[] tail(Index index) {
    ByteBuffer tail = ByteBuffer.allocate(index.entries().length + FOOTER_BYTES);
    tail.put(index.entries()).putLong(index.framesEnd()).putInt(index.size());
    tail.putInt(index.frames());
    MessageDigest sha = Digest.sha256();
    sha.update(header());
    sha.update(tail.array(), 0, tail.position());
    return tail.put(sha.digest()).put(END_MAGIC).array();
  }

  /** An index of chunks in any order; the place of each is its frame's offset. */
  static Index index(Places entries, long framesEnd, int frames) {
    ByteBuffer sorted = ByteBuffer.allocate(Math.multiplyExact(entries.size(), ENTRY_BYTES));
    for (int entry : entries.order()) {
      entries.digest(entry).write(sorted.array(), sorted.position());
      sorted.position(sorted.position() + Digest.BYTES).putLong(entries.place(entry));
    }
    return new Index(sorted.array(), framesEnd, frames);
  }

  /**
   * Reads a sealed pack's index.
   *
   * @throws Failure CONTENT_CORRUPT, LIBRARY_TOO_OLD, LIBRARY_TOO_NEW or what the disk says
   */
  static Index read(Disk.Reader pack, Path file, Versions readable) throws Failure {
    requireHeader(pack, file, readable);
    long size = pack.size();
    byte[] footer = new byte[FOOTER_BYTES];
    if (size < HEADER_BYTES + FOOTER_BYTES
        || pack.read(ByteBuffer.wrap(footer), size - FOOTER_BYTES) < FOOTER_BYTES) {
      throw corrupt(file, "it is cut short");
    }
    ByteBuffer fields = ByteBuffer.wrap(footer);
    long indexAt = fields.getLong();
    int count = fields.getInt();
    int frames = fields.getInt();
    if (!Arrays.equals(footer, FOOTER_BYTES - 8, FOOTER_BYTES, END_MAGIC, 0, 8)) {
      throw corrupt(file, "it does not end with a footer");
    }
    if (indexAt < HEADER_BYTES
        || indexAt > FRAMES_END_MAX
        || count < 0
        || count > ENTRIES_MAX
        || size != indexAt + (long) count * ENTRY_BYTES + FOOTER_BYTES) {
      throw corrupt(file, "its footer does not fit its size");
    }
    byte[] entries = new byte[count * ENTRY_BYTES];
    int length = pack.read(ByteBuffer.wrap(entries), indexAt);
    MessageDigest sha = Digest.sha256();
    sha.update(header());
    sha.update(entries);
    sha.update(footer, 0, FOOTER_GUARDED);
    byte[] expected = Arrays.copyOfRange(footer, FOOTER_GUARDED, FOOTER_GUARDED + Digest.BYTES);
    if (length < entries.length || !MessageDigest.isEqual(sha.digest(), expected)) {
      throw corrupt(file, "its index does not match its check sum");
    }
    Index index = new Index(entries, indexAt, frames);
    for (int i = 0; i < count; i++) {
      if (index.offset(i) < HEADER_BYTES || index.offset(i) >= indexAt) {
        throw corrupt(file, "its index points outside its frames");
      }
    }
    return index;
  }

  /**
   * What a sealed pack's footer says, its index not looked at.
   *
   * @throws Failure CONTENT_CORRUPT if there is no footer, or what the disk says
   */
  static IndexRun.PackSeal seal(Disk.Reader pack, long number, Path file) throws Failure {
    long size = pack.size();
    ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES);
    if (size < HEADER_BYTES + FOOTER_BYTES
        || pack.read(footer, size - FOOTER_BYTES) < FOOTER_BYTES) {
      throw corrupt(file, "it is cut short");
    }
    Digest sum = Digest.read(footer.array(), FOOTER_GUARDED);
    return new IndexRun.PackSeal(number, footer.getLong(0), sum);
  }

  /** Tells corrupt, too old and too new apart. */
  static void requireHeader(Disk.Reader pack, Path file, Versions readable) throws Failure {
    byte[] header = new byte[HEADER_BYTES];
    int length = pack.read(ByteBuffer.wrap(header), 0);
    if (length < HEADER_BYTES || !Arrays.equals(header, 0, 8, MAGIC, 0, 8)) {
      throw corrupt(file, "it does not begin as a pack does");
    }
    int version = ByteBuffer.wrap(header).getShort(8) & 0xffff;
    requireVersion(version, file, readable);
    for (int i = 10; i < HEADER_BYTES; i++) {
      if (header[i] != 0) {
        throw corrupt(file, "its header has reserved bytes set");
      }
    }
  }

  /** Refuses a version outside what is readable, saying which way it is outside. */
  static void requireVersion(int version, Path file, Versions readable) throws Failure {
    if (version > readable.newest()) {
      throw Failure.permanent(
          Code.LIBRARY_TOO_NEW,
          "reading " + file,
          "its format is version " + version + ", known here up to " + readable.newest(),
          "run the Sluice that wrote it, or a newer one");
    }
    if (version < readable.oldest()) {
      throw Failure.permanent(
          Code.LIBRARY_TOO_OLD,
          "reading " + file,
          "its format is version " + version + ", known here from " + readable.oldest() + " on",
          "convert the library with a Sluice that knows both versions");
    }
  }

  /**
   * Reads the frame at an offset; its check sum was compared, its digests were not. Empty if
   * damaged.
   *
   * @param head a buffer of at least {@link FrameFormat#HEAD_BYTES_MAX} bytes to work in
   */
  static Optional<Frame> frame(Disk.Reader pack, long offset, byte[] head) throws Failure {
    Optional<FrameFormat.Header> read = frameHead(pack, offset, head);
    if (read.isEmpty()) {
      return Optional.empty();
    }
    FrameFormat.Header header = read.get();
    byte[] stored = new byte[header.storedLength()];
    if (pack.read(ByteBuffer.wrap(stored), offset + header.headBytes()) < stored.length) {
      return Optional.empty();
    }
    return FrameFormat.frame(header, head, stored);
  }

  /**
   * Reads a frame's header and chunk table into {@code head}, not its stored bytes; empty if there
   * is none whole.
   */
  static Optional<FrameFormat.Header> frameHead(Disk.Reader pack, long offset, byte[] head)
      throws Failure {
    int length = pack.read(ByteBuffer.wrap(head, 0, FrameFormat.HEAD_BYTES_MAX), offset);
    return FrameFormat.header(head, length).filter(header -> header.headBytes() <= length);
  }

  static Failure corrupt(Path file, String why) {
    return Failure.permanent(
        Code.CONTENT_CORRUPT,
        "reading " + file,
        why,
        "what it held is fetched or captured again; check the disk");
  }
}
