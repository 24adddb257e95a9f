package io.sluice.capture;

import io.sluice.manifest.Entry;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The paths of a scan's entries below its root, as bytes that a platform takes, one after the other
 * as docs/formats/scan-cache.md has them: some twenty bytes an entry. Immutable.
 */
final class PathList {
  /** A longer list is not kept: room for three million entries. */
  static final int BYTES_MAX = 64 << 20;

  /** No system takes a longer path, by far. */
  private static final int PATH_MAX = 1 << 16;

  private static final int SEVEN_BITS = 0x7f;
  private static final int MORE = 0x80;

  private final byte[] bytes;

  PathList(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The paths of entries in canonical order; empty if they are too many. */
  static Optional<PathList> of(List<Entry> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] directory = {};
    for (Entry entry : entries) {
      if (entry instanceof Entry.Directory) {
        byte[] path = entry.path().isRoot() ? new byte[0] : raw(entry);
        int shared = Math.max(0, Arrays.mismatch(directory, path));
        number(2L * (path.length - shared) + 1, out);
        number(shared, out);
        out.write(path, shared, path.length - shared);
        directory = path;
      } else {
        byte[] name = entry.path().name().bytes();
        number(2L * name.length, out);
        out.write(name, 0, name.length);
      }
      if (out.size() > BYTES_MAX) {
        return Optional.empty();
      }
    }
    return Optional.of(new PathList(out.toByteArray()));
  }

  private static byte[] raw(Entry directory) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    for (var name : directory.path().elements()) {
      if (path.size() > 0) {
        path.write('/');
      }
      path.writeBytes(name.bytes());
    }
    return path.toByteArray();
  }

  private static void number(long value, ByteArrayOutputStream out) {
    long rest = value;
    while (rest > SEVEN_BITS) {
      out.write((int) (rest & SEVEN_BITS) | MORE);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  byte[] bytes() {
    return bytes;
  }

  Cursor cursor() {
    return new Cursor();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathList that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Goes from path to path without making objects of them. */
  final class Cursor {
    private final byte[] path = new byte[PATH_MAX];
    private int directory;
    private int length;
    private int at;

    /** True if there is a next path; false at the end, and where the bytes are no paths. */
    boolean next() {
      if (at >= bytes.length) {
        return false;
      }
      int head = number();
      boolean leaf = (head & 1) == 0;
      int added = head >>> 1;
      int kept = leaf ? directory : number();
      boolean slash = leaf && kept > 0;
      if (head < 0 || kept < 0 || kept > directory || added > bytes.length - at) {
        return false;
      }
      length = kept + (slash ? 1 : 0) + added;
      if (length > PATH_MAX) {
        return false;
      }
      if (slash) {
        path[kept] = '/';
      }
      System.arraycopy(bytes, at, path, length - added, added);
      at += added;
      directory = leaf ? directory : length;
      return true;
    }

    /** The path's bytes from the start, {@link #length} of them; overwritten by the next one. */
    byte[] path() {
      return path;
    }

    /** Zero for the root. */
    int length() {
      return length;
    }

    /** Negative if there is none. */
    private int number() {
      int value = 0;
      for (int shift = 0; shift < 28 && at < bytes.length; shift += 7) {
        byte next = bytes[at++];
        value |= (next & SEVEN_BITS) << shift;
        if (next >= 0) {
          return value;
        }
      }
      return -1;
    }
  }
}
