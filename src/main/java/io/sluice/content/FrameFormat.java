package io.sluice.content;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of a frame in a pack: docs/formats/frame.md. Nothing is allocated from a header before
 * it was checked against the format's bounds.
 */
final class FrameFormat {
  static final int HEADER_BYTES = 20;
  static final int TABLE_ENTRY_BYTES = Digest.BYTES + 4;

  /** The most stored bytes: a full frame and zstd's worst expansion. */
  static final int STORED_BYTES_MAX = Frame.PLAIN_BYTES_MAX + 4096;

  /** The most bytes of a frame's header and chunk table. */
  static final int HEAD_BYTES_MAX = HEADER_BYTES + Frame.CHUNKS_MAX * TABLE_ENTRY_BYTES;

  private static final int MAGIC = 0x534C4630; // SLF0
  private static final int CRC_AT = 16;

  private FrameFormat() {}

  /** A frame's header once its bounds were checked. */
  record Header(Frame.Codec codec, int chunks, int plainLength, int storedLength, int crc) {
    /** Length of the header and the chunk table: where the stored bytes begin. */
    int headBytes() {
      return HEADER_BYTES + chunks * TABLE_ENTRY_BYTES;
    }

    int frameBytes() {
      return headBytes() + storedLength;
    }
  }

  /** How many bytes a frame takes in a pack. */
  static int bytes(Frame frame) {
    return HEADER_BYTES + frame.chunks().size() * TABLE_ENTRY_BYTES + frame.stored().length;
  }

  /**
   * Everything of a frame but its stored bytes.
   *
   * @throws IllegalArgumentException if the frame is not one the format allows
   */
  static byte[] head(Frame frame) {
    int count = frame.chunks().size();
    int plain = frame.plainLength();
    Optional<String> wrong = wrong(frame.codec(), count, plain, frame.stored().length);
    if (wrong.isPresent()) {
      throw new IllegalArgumentException("a frame with " + wrong.get());
    }
    byte[] head = new byte[HEADER_BYTES + count * TABLE_ENTRY_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(head);
    buffer.putInt(MAGIC).put((byte) frame.codec().number()).put((byte) count).putShort((short) 0);
    buffer.putInt(plain).putInt(frame.stored().length).putInt(0);
    for (Frame.Chunk chunk : frame.chunks()) {
      chunk.digest().write(head, buffer.position());
      buffer.position(buffer.position() + Digest.BYTES).putInt(chunk.length());
    }
    CRC32C crc = new CRC32C();
    crc.update(head, 0, CRC_AT);
    crc.update(head, HEADER_BYTES, head.length - HEADER_BYTES);
    crc.update(frame.stored());
    buffer.putInt(CRC_AT, (int) crc.getValue());
    return head;
  }

  /** Reads a header from the first {@code length} bytes; empty if it is none or out of bounds. */
  static Optional<Header> header(byte[] bytes, int length) {
    if (length < HEADER_BYTES) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, HEADER_BYTES);
    int magic = buffer.getInt();
    int codec = buffer.get();
    int count = buffer.get();
    int reserved = buffer.getShort();
    int plain = buffer.getInt();
    int stored = buffer.getInt();
    int crc = buffer.getInt();
    if (magic != MAGIC || reserved != 0 || codec < 0 || codec >= Frame.Codec.values().length) {
      return Optional.empty();
    }
    Frame.Codec named = codec == Frame.Codec.RAW.number() ? Frame.Codec.RAW : Frame.Codec.ZSTD;
    if (wrong(named, count, plain, stored).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(new Header(named, count, plain, stored, crc));
  }

  /**
   * Makes a frame of its parts. The check sum is compared, the chunks' digests are not.
   *
   * @param head begins with the header's bytes and the chunk table
   * @param stored of the length the header says; becomes part of the frame
   * @return empty if it is damaged
   */
  static Optional<Frame> frame(Header header, byte[] head, byte[] stored) {
    CRC32C crc = new CRC32C();
    crc.update(head, 0, CRC_AT);
    crc.update(head, HEADER_BYTES, header.headBytes() - HEADER_BYTES);
    crc.update(stored);
    return (int) crc.getValue() != header.crc()
        ? Optional.empty()
        : chunks(header, head).map(chunks -> new Frame(header.codec(), chunks, stored));
  }

  /**
   * The chunk table behind a header; empty if its lengths do not fit the header. Not guarded by
   * itself: only the whole frame's check sum is.
   */
  static Optional<List<Frame.Chunk>> chunks(Header header, byte[] head) {
    List<Frame.Chunk> chunks = new ArrayList<>(header.chunks());
    ByteBuffer table = ByteBuffer.wrap(head);
    int plain = 0;
    for (int i = 0; i < header.chunks(); i++) {
      int entry = HEADER_BYTES + i * TABLE_ENTRY_BYTES;
      int chunkLength = table.getInt(entry + Digest.BYTES);
      if (chunkLength < 1 || chunkLength > Frame.Chunk.BYTES_MAX) {
        return Optional.empty();
      }
      chunks.add(new Frame.Chunk(Digest.read(head, entry), chunkLength));
      plain += chunkLength;
    }
    return plain == header.plainLength() ? Optional.of(chunks) : Optional.empty();
  }

  private static Optional<String> wrong(Frame.Codec codec, int chunks, int plain, int stored) {
    if (chunks < 1 || chunks > Frame.CHUNKS_MAX) {
      return Optional.of(chunks + " chunks");
    }
    if (plain < chunks || plain > Frame.PLAIN_BYTES_MAX) {
      return Optional.of(plain + " plain bytes");
    }
    if (stored < 1 || stored > STORED_BYTES_MAX) {
      return Optional.of(stored + " stored bytes");
    }
    if (codec == Frame.Codec.RAW && stored != plain) {
      return Optional.of(stored + " stored bytes for " + plain + " raw ones");
    }
    return Optional.empty();
  }
}
