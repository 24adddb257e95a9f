package io.sluice.content;

import java.nio.file.Path;

/**
 * A pack that an earlier process left open. Somebody may rely on its frames, and this process did
 * not write them: it is never written to, cut off or deleted before all that is good in it is
 * durable elsewhere (docs/design/0010-an-open-pack-is-recovered-by-copying-it.md).
 */
final class LeftPack {
  private final long number;
  private final Path file;
  private final FrameList frames = new FrameList();
  private long size;
  private long end = PackFormat.HEADER_BYTES;
  private volatile boolean durable;

  LeftPack(long number, Path file) {
    this.number = number;
    this.file = file;
  }

  /** The file's length, rubbish behind the last whole frame included. */
  void size(long bytes) {
    size = bytes;
  }

  /** The next whole frame, in order. */
  void add(Frame frame) {
    frames.add(end, frame.chunks());
    end += FrameFormat.bytes(frame);
  }

  long number() {
    return number;
  }

  Path file() {
    return file;
  }

  long size() {
    return size;
  }

  /** Where the last whole frame ends that could be read. */
  long end() {
    return end;
  }

  boolean isEmpty() {
    return frames.frames() == 0;
  }

  PackFormat.Index index() {
    return frames.index(end);
  }

  /** Whether this process has made the bytes durable where they are. */
  boolean isDurable() {
    return durable;
  }

  void isDurable(boolean now) {
    durable = now;
  }
}
