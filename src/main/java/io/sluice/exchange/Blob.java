package io.sluice.exchange;

import java.util.List;

/** The bytes of one stream of an archive. */
sealed interface Blob {
  /** No bytes. */
  Blob EMPTY = new Located(0, List.of());

  long size();

  /** Bytes that had to be decoded and are few. */
  record Inline(byte[] bytes) implements Blob {
    @Override
    public long size() {
      return bytes.length;
    }
  }

  /**
   * Bytes that lie in the archive's file.
   *
   * @param pieces in order, not overlapping; between them and behind are zeros
   */
  record Located(long size, List<Piece> pieces) implements Blob {
    public Located {
      pieces = List.copyOf(pieces);
    }
  }

  /**
   * Bytes an archive keeps a check sum of: reading them to their end compares it.
   *
   * @param sha1 in hexadecimal
   */
  record Checked(Located located, String sha1) implements Blob {
    @Override
    public long size() {
      return located.size();
    }
  }

  /**
   * A run of bytes.
   *
   * @param at of the stream
   * @param offset of the file
   */
  record Piece(long at, long offset, long length) {
    long end() {
      return at + length;
    }
  }

  /** One run of the file. */
  static Blob of(long offset, long size) {
    return size == 0 ? EMPTY : new Located(size, List.of(new Piece(0, offset, size)));
  }
}
