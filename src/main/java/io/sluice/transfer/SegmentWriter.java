package io.sluice.transfer;

import io.sluice.content.Frame;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes a response (docs/formats/site-protocol.md). The head goes out with the first segment, so
 * that a request that fails before has sent nothing. For one thread.
 */
public final class SegmentWriter {
  static final int MAGIC = 0x534c5230;
  static final byte SEGMENT = 0x53;
  static final byte END = 0x45;

  /** Bytes from a segment's kind to its check sum. */
  static final int HEAD_BYTES = 12;

  /** Bytes of one run. */
  static final int RUN_BYTES = 8;

  /** Bytes before the first segment. */
  static final int MAGIC_BYTES = 4;

  /** The most bytes of a segment, head and runs included. */
  static final int SEGMENT_BYTES_MAX =
      HEAD_BYTES + RUN_BYTES * Frame.CHUNKS_MAX + Segment.STORED_BYTES_MAX;

  private final OutputStream out;
  private int sent;

  public SegmentWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes one segment. */
  public void write(Segment segment) throws IOException {
    if (sent == 0) {
      magic();
    }
    List<Ordinals.Run> runs = runs(segment.ordinals());
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES + RUN_BYTES * runs.size());
    CRC32C check = new CRC32C();
    check.update(segment.stored());
    head.put(SEGMENT).put((byte) segment.codec().number()).put((byte) runs.size()).put((byte) 0);
    head.putInt(segment.stored().length).putInt((int) check.getValue());
    for (Ordinals.Run run : runs) {
      head.putInt(run.first()).putInt(run.count());
    }
    out.write(head.array());
    out.write(segment.stored());
    sent++;
  }

  /** Writes the end mark; without it the reader takes the response for interrupted. */
  public void end() throws IOException {
    if (sent == 0) {
      magic();
    }
    out.write(ByteBuffer.allocate(5).put(END).putInt(sent).array());
  }

  private void magic() throws IOException {
    out.write(ByteBuffer.allocate(MAGIC_BYTES).putInt(MAGIC).array());
  }

  /** Consecutive ordinals as runs, in the segment's own order, which need not ascend. */
  private static List<Ordinals.Run> runs(List<Integer> ordinals) {
    List<Ordinals.Run> runs = new ArrayList<>();
    int first = ordinals.getFirst();
    int count = 0;
    for (int ordinal : ordinals) {
      if (ordinal != first + count) {
        runs.add(new Ordinals.Run(first, count));
        first = ordinal;
        count = 0;
      }
      count++;
    }
    runs.add(new Ordinals.Run(first, count));
    return runs;
  }

  static Frame.Codec codec(int number) {
    for (Frame.Codec codec : Frame.Codec.values()) {
      if (codec.number() == number) {
        return codec;
      }
    }
    throw new IllegalArgumentException("codec " + number);
  }
}
