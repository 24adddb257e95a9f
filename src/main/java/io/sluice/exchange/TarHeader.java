package io.sluice.exchange;

import io.sluice.manifest.Attributes;
import java.nio.charset.StandardCharsets;

/**
 * One block that begins an archive's entry, as it is written. What does not fit a field is cut off
 * or 0: an extended header before it then says it in full.
 *
 * @param type a character of {@link TarFormat}
 * @param link a link's target
 * @param size bytes that follow
 */
record TarHeader(byte[] name, char type, byte[] link, long size) {
  static final int NAME_BYTES = 100;
  static final int OWNER_BYTES = 32;

  static final int CHECKSUM = 148;
  static final int CHECKSUM_BYTES = 8;

  /** Owner and group by number and by name; a name may be empty. */
  record Owner(long uid, String user, long gid, String group) {
    static final Owner NOBODY = new Owner(0, "", 0, "");
  }

  byte[] block(Attributes attributes, Owner owner) {
    byte[] block = new byte[TarFormat.BLOCK_BYTES];
    put(block, 0, NAME_BYTES, name);
    octal(block, 100, 7, attributes.mode());
    octal(block, 108, 7, owner.uid);
    octal(block, 116, 7, owner.gid);
    octal(block, 124, 11, size);
    octal(block, 136, 11, attributes.mtimeSeconds());
    block[156] = (byte) type;
    put(block, 157, NAME_BYTES, link);
    put(block, 257, 8, TarFormat.ascii("ustar\00000"));
    put(block, 265, OWNER_BYTES, owner.user.getBytes(StandardCharsets.UTF_8));
    put(block, 297, OWNER_BYTES, owner.group.getBytes(StandardCharsets.UTF_8));
    octal(block, 329, 7, 0);
    octal(block, 337, 7, 0);
    octal(block, CHECKSUM, 6, checksum(block));
    block[CHECKSUM + 7] = ' ';
    return block;
  }

  /** The sum of all bytes, the checksum's own counted as spaces. */
  static int checksum(byte[] block) {
    int sum = 0;
    for (int i = 0; i < block.length; i++) {
      sum += i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES ? ' ' : block[i] & 0xff;
    }
    return sum;
  }

  private static void put(byte[] block, int at, int length, byte[] value) {
    System.arraycopy(value, 0, block, at, Math.min(length, value.length));
  }

  private static void octal(byte[] block, int at, int digits, long value) {
    boolean fits = value >= 0 && value < 1L << (3 * digits);
    String text = Long.toOctalString(fits ? value : 0);
    put(block, at, digits, TarFormat.ascii("0".repeat(digits - text.length()) + text));
  }
}
