package io.sluice.content;

import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.List;

/**
 * Packs new chunks, one after another, into frames: compressible ones together up to 512 KiB plain,
 * incompressible ones raw and alone. One a worker, not for several threads at once.
 */
public final class FrameBuilder {
  private final FrameCodec codec;
  private final Sink sink;
  private final byte[] plain = new byte[Frame.PLAIN_BYTES_MAX];
  private final List<Frame.Chunk> chunks = new ArrayList<>();
  private int filled;

  /** Takes finished frames. */
  @FunctionalInterface
  public interface Sink {
    void accept(Frame frame) throws Failure, InterruptedException;
  }

  /** Builds frames with a codec that stays the caller's to close. */
  public FrameBuilder(FrameCodec codec, Sink sink) {
    this.codec = codec;
    this.sink = sink;
  }

  /**
   * Adds a chunk whose plain bytes lie in {@code bytes} from {@code from}. They are copied or
   * encoded before this returns.
   */
  public void add(Frame.Chunk chunk, byte[] bytes, int from) throws Failure, InterruptedException {
    if (codec.looksIncompressible(bytes, from, chunk.length())) {
      sink.accept(FrameCodec.raw(List.of(chunk), bytes, from));
      return;
    }
    if (filled + chunk.length() > plain.length || chunks.size() == Frame.CHUNKS_MAX) {
      flush();
    }
    System.arraycopy(bytes, from, plain, filled, chunk.length());
    filled += chunk.length();
    chunks.add(chunk);
  }

  /** Emits what is left as a frame; to be called after the last chunk. */
  public void flush() throws Failure, InterruptedException {
    if (!chunks.isEmpty()) {
      Frame frame = codec.encode(chunks, plain, 0);
      chunks.clear();
      filled = 0;
      sink.accept(frame);
    }
  }
}
