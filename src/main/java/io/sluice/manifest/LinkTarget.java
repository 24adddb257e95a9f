package io.sluice.manifest;

import java.util.Arrays;
import java.util.Optional;

/**
 * A symbolic link's target as raw bytes: at least one, no zero byte, at most {@link #BYTES_MAX}.
 */
public final class LinkTarget {
  /** Linux's PATH_MAX. */
  public static final int BYTES_MAX = 4096;

  private final byte[] bytes;

  private LinkTarget(byte[] bytes) {
    this.bytes = bytes;
  }

  public static LinkTarget of(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > BYTES_MAX) {
      throw new IllegalArgumentException("a link target of " + bytes.length + " bytes");
    }
    for (byte b : bytes) {
      if (b == 0) {
        throw new IllegalArgumentException("a link target with a zero byte");
      }
    }
    return new LinkTarget(bytes.clone());
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** The bytes themselves, for readers of this room. */
  byte[] raw() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinkTarget target && Arrays.equals(bytes, target.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The target as text, if its bytes are valid UTF-8. */
  public Optional<String> text() {
    return Utf8.text(bytes);
  }

  /** For messages: see {@link Utf8#shown}. */
  @Override
  public String toString() {
    return Utf8.shown(bytes);
  }
}
