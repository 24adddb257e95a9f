package io.sluice.manifest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * One element of a path, or a stream's name, as the raw bytes the platform keeps (POSIX bytes, even
 * if not UTF-8; WTF-8 of Windows names). Ordered by unsigned bytes. Never empty, never {@code .} or
 * {@code ..}, never holding a slash or a zero byte, at most {@link #BYTES_MAX} bytes.
 */
public final class Name implements Comparable<Name> {
  /** 255 UTF-16 units take at most 765 bytes; room is left for other platforms. */
  public static final int BYTES_MAX = 1024;

  private final byte[] bytes;

  /** The first eight bytes, zeros behind a shorter name: most comparisons need no more. */
  private final long head;

  private Name(byte[] bytes) {
    this.bytes = bytes;
    long first = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      first = first << Byte.SIZE | (i < bytes.length ? bytes[i] & 0xffL : 0);
    }
    this.head = first;
  }

  /**
   * The name of these bytes.
   *
   * @throws IllegalArgumentException if no entry may be called that; the message says why
   */
  public static Name of(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > BYTES_MAX) {
      throw new IllegalArgumentException("a name of " + bytes.length + " bytes");
    }
    for (byte b : bytes) {
      if (b == '/' || b == 0) {
        throw new IllegalArgumentException("a name with a separator or a zero byte");
      }
    }
    if (bytes[0] == '.' && (bytes.length == 1 || (bytes.length == 2 && bytes[1] == '.'))) {
      throw new IllegalArgumentException("the name . or ..");
    }
    return new Name(bytes.clone());
  }

  /** The name of this text's UTF-8 bytes; {@link #of(byte[])}'s rules. */
  public static Name of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A name that was one before; the array is taken over. */
  static Name packed(byte[] bytes) {
    return new Name(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** The bytes themselves, for readers of this room. */
  byte[] raw() {
    return bytes;
  }

  public int length() {
    return bytes.length;
  }

  /** The name as text, if its bytes are valid UTF-8. */
  public Optional<String> text() {
    return Utf8.text(bytes);
  }

  @Override
  public int compareTo(Name other) {
    return head != other.head
        ? Long.compareUnsigned(head, other.head)
        : Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** For messages: see {@link Utf8#shown}. */
  @Override
  public String toString() {
    return Utf8.shown(bytes);
  }
}
