package io.sluice.content;

import io.sluice.failure.Failure;
import java.util.Optional;

/** Reads a pack frame by frame, decoding each and comparing its digests; needs no index. */
final class PackScan {
  private PackScan() {}

  /** Is told of every whole frame, in order. */
  @FunctionalInterface
  interface Found {
    void frame(long offset, Frame frame) throws Failure;
  }

  /**
   * Reads whole frames from the first on until {@code end} or the first that is incomplete or
   * damaged.
   *
   * @return where the last whole frame ends
   */
  static long scan(Disk.Reader pack, long end, FrameCodec codec, Found found) throws Failure {
    long most = Math.min(end, PackFormat.FRAMES_END_MAX);
    byte[] head = new byte[FrameFormat.HEAD_BYTES_MAX];
    byte[] plain = new byte[Frame.PLAIN_BYTES_MAX];
    long offset = PackFormat.HEADER_BYTES;
    while (offset < most) {
      Optional<Frame> frame = PackFormat.frame(pack, offset, head);
      if (frame.isEmpty() || offset + FrameFormat.bytes(frame.get()) > most) {
        return offset;
      }
      if (!decodes(frame.get(), codec, plain)) {
        return offset;
      }
      found.frame(offset, frame.get());
      offset += FrameFormat.bytes(frame.get());
    }
    return offset;
  }

  private static boolean decodes(Frame frame, FrameCodec codec, byte[] plain) {
    try {
      codec.decode(frame, plain, 0);
      return true;
    } catch (Failure e) {
      // The only failure of decoding is damage, and that is the answer.
      return false;
    }
  }
}
