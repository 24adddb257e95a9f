package io.sluice.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Names and numbers of the WIM format ([MS-WIM], wimlib's doc) the reader and the writer share. */
final class WimFormat {
  static final byte[] MAGIC = "MSWIM\0\0\0".getBytes(StandardCharsets.US_ASCII);
  static final int HEADER_BYTES = 208;
  static final int VERSION = 0x10d00;
  static final int FLAG_COMPRESSED = 0x2;
  static final int LOOKUP_ENTRY_BYTES = 50;
  static final int SHA1_BYTES = 20;

  /** Flags of a resource. */
  static final int RESOURCE_METADATA = 0x2;

  static final int RESOURCE_PACKED = 0x4 | 0x8 | 0x10;

  /** The fixed part of a directory entry, and of a stream entry behind it. */
  static final int ENTRY_BYTES = 102;

  static final int STREAM_BYTES = 38;

  static final int ATTRIBUTE_SYSTEM = 0x4;
  static final int ATTRIBUTE_DIRECTORY = 0x10;
  static final int ATTRIBUTE_NORMAL = 0x80;
  static final int ATTRIBUTE_REPARSE = 0x400;
  static final int ATTRIBUTE_ENCRYPTED = 0x4000;

  static final int TAG_SYMLINK = 0xa000000c;

  /** How Interix, and with it ntfs-3g, keeps a symbolic link: a system file that begins so. */
  static final byte[] INTERIX_LINK = "IntxLNK\1".getBytes(StandardCharsets.US_ASCII);

  static final long TICKS_TO_1970 = 116_444_736_000_000_000L;
  static final long TICKS_PER_SECOND = 10_000_000L;
  static final int TICK_NANOS = 100;

  private WimFormat() {}

  static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static long padded(long bytes) {
    return (bytes + 7) & ~7L;
  }

  /** UTF-16 as it is: lone surrogates stay. */
  static String text(ByteBuffer from, int at, int length) {
    char[] text = new char[length / 2];
    from.slice(at, length).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().get(text);
    return new String(text);
  }

  static void put(ByteBuffer to, int at, String text) {
    to.slice(at, 2 * text.length()).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().put(text);
  }

  static byte[] utf16(String text) {
    byte[] bytes = new byte[2 * text.length()];
    put(little(bytes), 0, text);
    return bytes;
  }

  static String hash(ByteBuffer from, int at) {
    byte[] hash = new byte[SHA1_BYTES];
    from.get(at, hash);
    return HexFormat.of().formatHex(hash);
  }
}
