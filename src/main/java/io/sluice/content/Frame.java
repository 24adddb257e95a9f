package io.sluice.content;

import java.util.List;

/**
 * A block of chunks as it is stored and as it travels (docs/formats/frame.md).
 *
 * @param codec how {@code stored} was made from the plain bytes
 * @param chunks digests and lengths of the chunks, in the order of their plain bytes
 * @param stored the encoded bytes; never modified
 */
public record Frame(Codec codec, List<Chunk> chunks, byte[] stored) {
  /** The most plain bytes a frame may hold. */
  public static final int PLAIN_BYTES_MAX = 512 * 1024;

  /** The most chunks a frame may hold. */
  public static final int CHUNKS_MAX = 64;

  public Frame {
    chunks = List.copyOf(chunks);
  }

  /** How a frame's bytes are encoded; the number is part of the format. */
  public enum Codec {
    RAW(0),
    ZSTD(1);

    private final int number;

    Codec(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /** A chunk's identity and its length in plain bytes. */
  public record Chunk(Digest digest, int length) {
    /** The most plain bytes a chunk may have. */
    public static final int BYTES_MAX = 256 * 1024;

    public Chunk {
      if (length < 1 || length > BYTES_MAX) {
        throw new IllegalArgumentException("a chunk of " + length + " bytes");
      }
    }
  }

  /** The plain length: the sum of the chunks' lengths. */
  public int plainLength() {
    int sum = 0;
    for (Chunk chunk : chunks) {
      sum += chunk.length();
    }
    return sum;
  }
}
