package io.sluice.transfer;

import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Reads a response of any origin (docs/formats/site-protocol.md), one segment at a time in bounded
 * memory: every length is checked before anything is allocated by it. Knows neither manifest nor
 * request; whether the ordinals were asked for and the bytes are right is the receiver's to check.
 * For one thread.
 */
public final class SegmentReader {
  private final InputStream in;
  private final String what;
  private int received;
  private boolean begun;
  private boolean ended;

  /**
   * @param in stays the caller's to close
   * @param what is being read and from whom, for messages
   */
  public SegmentReader(InputStream in, String what) {
    this.in = in;
    this.what = what;
  }

  /**
   * The next segment, or nothing after the end mark.
   *
   * @throws Failure PROTOCOL_VIOLATION, or TRANSFER_INTERRUPTED if the stream broke or ended before
   *     its end mark
   */
  public Optional<Segment> next() throws Failure {
    if (ended) {
      return Optional.empty();
    }
    try {
      if (!begun) {
        require(ByteBuffer.wrap(bytes(4)).getInt() == SegmentWriter.MAGIC, "no response");
        begun = true;
      }
      int kind = in.read();
      if (kind < 0) {
        throw new EOFException("no end mark");
      }
      if (kind == SegmentWriter.END) {
        end();
        return Optional.empty();
      }
      require(kind == SegmentWriter.SEGMENT, "kind " + kind);
      return Optional.of(segment());
    } catch (IOException e) {
      throw Violations.interrupted(what, after() + reason(e)).because(e);
    }
  }

  private void end() throws IOException, Failure {
    int sent = ByteBuffer.wrap(bytes(4)).getInt();
    require(sent == received, "an end mark that says " + sent + " segments");
    require(in.read() < 0, "bytes behind the end mark");
    ended = true;
  }

  private Segment segment() throws IOException, Failure {
    ByteBuffer head = ByteBuffer.wrap(bytes(SegmentWriter.HEAD_BYTES - 1));
    int codec = head.get() & 0xff;
    int runCount = head.get() & 0xff;
    int reserved = head.get();
    int length = head.getInt();
    int expected = head.getInt();
    require(codec <= Frame.Codec.ZSTD.number(), "codec " + codec);
    require(reserved == 0, "a reserved byte that is not 0");
    require(runCount >= 1 && runCount <= Frame.CHUNKS_MAX, runCount + " runs");
    require(
        length >= 1 && length <= Segment.STORED_BYTES_MAX,
        Integer.toUnsignedString(length) + " stored bytes");
    List<Integer> ordinals = ordinals(runCount);
    byte[] stored = bytes(length);
    CRC32C check = new CRC32C();
    check.update(stored);
    if ((int) check.getValue() != expected) {
      throw Violations.interrupted(what, after() + "a segment's check sum does not fit");
    }
    received++;
    return new Segment(ordinals, SegmentWriter.codec(codec), stored);
  }

  private List<Integer> ordinals(int runCount) throws IOException, Failure {
    ByteBuffer runs = ByteBuffer.wrap(bytes(runCount * SegmentWriter.RUN_BYTES));
    List<Integer> ordinals = new ArrayList<>();
    for (int i = 0; i < runCount; i++) {
      int first = runs.getInt();
      int count = runs.getInt();
      require(first >= 0 && first < Ordinals.ORDINALS_MAX, "a run from " + first);
      require(count >= 1 && count <= Frame.CHUNKS_MAX - ordinals.size(), "too many chunks");
      require(count <= Ordinals.ORDINALS_MAX - first, "a run beyond the last ordinal");
      for (int ordinal = first; ordinal < first + count; ordinal++) {
        ordinals.add(ordinal);
      }
    }
    return ordinals;
  }

  private byte[] bytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the stream ended");
    }
    return bytes;
  }

  private void require(boolean right, String wrong) throws Failure {
    if (!right) {
      throw Violations.violation(what, after() + wrong);
    }
  }

  private String after() {
    return "after " + received + " segment(s): ";
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
