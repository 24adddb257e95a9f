package io.sluice.exchange;

import io.sluice.manifest.Manifest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The block an archive's entry begins with, as it was read: ustar, GNU's or the oldest form. */
record TarBlock(byte[] bytes) {
  private static final byte[] USTAR = TarFormat.ascii("ustar\0");

  boolean isEmpty() {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Some old programs summed bytes with their signs. */
  void requireChecksum() throws Wrong {
    int signed = TarHeader.checksum(bytes);
    for (int i = 0; i < bytes.length; i++) {
      boolean isSum = i >= TarHeader.CHECKSUM && i < TarHeader.CHECKSUM + TarHeader.CHECKSUM_BYTES;
      signed -= bytes[i] < 0 && !isSum ? 256 : 0;
    }
    long said = number(TarHeader.CHECKSUM, TarHeader.CHECKSUM_BYTES, "the checksum");
    if (said != TarHeader.checksum(bytes) && said != signed) {
      throw new Wrong("what should be an entry's header does not have its checksum");
    }
  }

  char type() {
    return (char) (bytes[156] & 0xff);
  }

  /** The name, with the part before it that ustar keeps apart. */
  byte[] name() {
    byte[] name = text(0, TarHeader.NAME_BYTES);
    byte[] prefix = text(345, 155);
    if (prefix.length == 0 || !Arrays.equals(bytes, 257, 263, USTAR, 0, USTAR.length)) {
      return name;
    }
    byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    whole[prefix.length] = '/';
    System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
    return whole;
  }

  byte[] link() {
    return text(157, TarHeader.NAME_BYTES);
  }

  /** A field's bytes up to its first zero. */
  byte[] text(int at, int length) {
    int end = at;
    while (end < at + length && bytes[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(bytes, at, end);
  }

  /** A user's or group's name; empty if it is not UTF-8. */
  String ownerName(int at) {
    byte[] raw = text(at, TarHeader.OWNER_BYTES);
    String name = new String(raw, StandardCharsets.UTF_8);
    return Arrays.equals(name.getBytes(StandardCharsets.UTF_8), raw) ? name : "";
  }

  /** A number in octal digits or, with the first bit set, binary. */
  long number(int at, int length, String what) throws Wrong {
    if (bytes[at] < 0) {
      return binary(at, length, what);
    }
    int from = at;
    while (from < at + length && (bytes[from] == ' ' || bytes[from] == 0)) {
      from++;
    }
    long number = 0;
    for (int i = from; i < at + length && bytes[i] != ' ' && bytes[i] != 0; i++) {
      if (bytes[i] < '0' || bytes[i] > '7') {
        throw new Wrong(what + " is no octal number");
      }
      number = number * 8 + bytes[i] - '0';
    }
    return number;
  }

  private long binary(int at, int length, String what) throws Wrong {
    byte[] eight = new byte[Long.BYTES];
    int lead = length - eight.length;
    byte sign = (byte) (bytes[at] == (byte) 0xff ? 0xff : 0);
    if (lead > 0) {
      System.arraycopy(bytes, at + lead, eight, 0, eight.length);
      for (int i = at + 1; i < at + lead; i++) {
        if (bytes[i] != sign) {
          throw new Wrong(what + " is out of reach");
        }
      }
    } else {
      // Eight bytes, of which the first is the mark.
      System.arraycopy(bytes, at, eight, 0, length);
      eight[0] = sign;
    }
    long number = ByteBuffer.wrap(eight).getLong();
    if ((bytes[at] != (byte) 0x80 && bytes[at] != (byte) 0xff)
        || Math.abs(number) > Manifest.INTEGER_MAX
        || number < 0 != sign < 0) {
      throw new Wrong(what + " is out of reach");
    }
    return number;
  }
}
