package io.sluice.content;

import io.sluice.failure.Failure;
import java.util.ArrayDeque;

/** Frame codecs waiting to be used, so that reading makes no new contexts. */
final class CodecPool implements AutoCloseable {
  /** How many codecs wait; more may be in use. */
  static final int WAITING_MAX = 8;

  private final ArrayDeque<FrameCodec> waiting = new ArrayDeque<>();
  private boolean closed;

  /** What to do with a codec. */
  @FunctionalInterface
  interface Use<T> {
    T with(FrameCodec codec) throws Failure;
  }

  <T> T use(Use<T> use) throws Failure {
    FrameCodec codec = take();
    try {
      return use.with(codec);
    } finally {
      giveBack(codec);
    }
  }

  private FrameCodec take() {
    synchronized (this) {
      if (!waiting.isEmpty()) {
        return waiting.pop();
      }
    }
    return new FrameCodec();
  }

  private void giveBack(FrameCodec codec) {
    synchronized (this) {
      if (!closed && waiting.size() < WAITING_MAX) {
        waiting.push(codec);
        return;
      }
    }
    codec.close();
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.forEach(FrameCodec::close);
    waiting.clear();
  }
}
