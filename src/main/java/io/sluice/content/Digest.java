package io.sluice.content;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 (FIPS 180-4) of plain bytes. Ordered by unsigned bytes. Four longs rather than an
 * array, so that it is a value and costs one small object.
 */
public record Digest(long a, long b, long c, long d) implements Comparable<Digest> {
  /** Length in bytes. */
  public static final int BYTES = 32;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The digest of {@code length} bytes from {@code from}. */
  public static Digest of(byte[] bytes, int from, int length) {
    MessageDigest sha = sha256();
    sha.update(bytes, from, length);
    return read(sha.digest(), 0);
  }

  /** The digest of all the bytes. */
  public static Digest of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /** A fresh SHA-256, for digests made over several pieces. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Reads the 32 bytes from {@code from}. */
  public static Digest read(byte[] bytes, int from) {
    return new Digest(
        (long) LONGS.get(bytes, from),
        (long) LONGS.get(bytes, from + 8),
        (long) LONGS.get(bytes, from + 16),
        (long) LONGS.get(bytes, from + 24));
  }

  /**
   * Parses 64 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static Digest parse(String hex) {
    if (hex.length() != 2 * BYTES || !hex.equals(hex.toLowerCase(java.util.Locale.ROOT))) {
      throw new IllegalArgumentException("not 64 lower-case hexadecimal digits: " + hex);
    }
    return read(HexFormat.of().parseHex(hex), 0);
  }

  /** Writes the 32 bytes from {@code to}. */
  public void write(byte[] bytes, int to) {
    LONGS.set(bytes, to, a);
    LONGS.set(bytes, to + 8, b);
    LONGS.set(bytes, to + 16, c);
    LONGS.set(bytes, to + 24, d);
  }

  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    write(bytes, 0);
    return bytes;
  }

  /** 64 lower-case hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(bytes());
  }

  @Override
  public int compareTo(Digest other) {
    int order = Long.compareUnsigned(a, other.a);
    order = order != 0 ? order : Long.compareUnsigned(b, other.b);
    order = order != 0 ? order : Long.compareUnsigned(c, other.c);
    return order != 0 ? order : Long.compareUnsigned(d, other.d);
  }

  @Override
  public String toString() {
    return hex();
  }
}
