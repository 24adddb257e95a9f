package io.sluice.transfer;

import io.sluice.content.Frame;
import java.util.List;

/**
 * A piece of a response: some chunks of the manifest asked about, encoded together.
 *
 * @param ordinals which chunks, in the order of their plain bytes; strictly ascending is not
 *     required, a frame keeps the order it was stored in
 * @param codec how {@code stored} encodes the concatenated plain bytes
 * @param stored the encoded bytes
 */
public record Segment(List<Integer> ordinals, Frame.Codec codec, byte[] stored) {
  /** The most encoded bytes of one segment: a full frame and zstd's worst expansion. */
  public static final int STORED_BYTES_MAX = Frame.PLAIN_BYTES_MAX + 4096;

  public Segment {
    ordinals = List.copyOf(ordinals);
    if (ordinals.isEmpty() || ordinals.size() > Frame.CHUNKS_MAX) {
      throw new IllegalArgumentException("a segment of " + ordinals.size() + " chunks");
    }
    if (stored.length > STORED_BYTES_MAX) {
      throw new IllegalArgumentException("a segment of " + stored.length + " bytes");
    }
  }
}
