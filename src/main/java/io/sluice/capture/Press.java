package io.sluice.capture;

import io.sluice.content.ChunkStore;
import io.sluice.content.Frame;
import io.sluice.content.FrameBuilder;
import io.sluice.content.FrameCodec;
import io.sluice.failure.Failure;
import io.sluice.parallel.Crew;
import io.sluice.parallel.Threads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * The crew that hashes, compresses and stores batches, and the buffers they travel in. Batches are
 * handed over by one thread; which worker takes which, and when, changes nothing but which of two
 * equal chunks is stored.
 */
final class Press implements AutoCloseable {
  /** Bytes of a batch: eight frames or more, so that few are short. */
  static final int BATCH_BYTES = 4 << 20;

  /** More workers than this wait for the one that reads. */
  static final int WORKERS_MAX = 16;

  private final ChunkStore.Intake intake;
  private final Crew crew;
  private final int buffersMax;
  private final ArrayBlockingQueue<byte[]> buffers;
  private final ArrayBlockingQueue<Line> lines;

  /** A worker's tools. */
  private record Line(FrameCodec codec, FrameBuilder builder) {}

  Press(Threads threads, ChunkStore.Intake intake) {
    int workers = Math.min(threads.cores(), WORKERS_MAX);
    this.intake = intake;
    // As many wait as work, and one is being filled: a buffer is always free after a submit.
    this.buffersMax = 2 * workers + 1;
    this.buffers = new ArrayBlockingQueue<>(buffersMax);
    this.lines = new ArrayBlockingQueue<>(workers);
    this.crew = threads.crew("capture", workers, workers);
  }

  /** A buffer of {@link #BATCH_BYTES}, of any content. */
  byte[] buffer() {
    byte[] free = buffers.poll();
    return free != null ? free : new byte[BATCH_BYTES];
  }

  /** Hands a batch over; its buffer goes back to the others when its chunks are stored. */
  void submit(Batch batch) throws Failure, InterruptedException {
    crew.submit(
        () -> {
          press(batch);
          return batch;
        });
  }

  /** Waits until all batches are stored. */
  void finish() throws Failure, InterruptedException {
    crew.finish();
  }

  @Override
  public void close() {
    crew.close();
    List<Line> all = new ArrayList<>();
    lines.drainTo(all);
    all.forEach(line -> line.codec().close());
  }

  private void press(Batch batch) throws Failure, InterruptedException {
    ArrayDeque<Integer> wanted = new ArrayDeque<>();
    List<Frame.Chunk> chunks = batch.hash();
    for (int i = 0; i < chunks.size(); i++) {
      if (intake.claim(chunks.get(i).digest())) {
        wanted.add(i);
      }
    }
    if (!wanted.isEmpty()) {
      store(batch, chunks, wanted);
    }
    boolean kept = buffers.offer(batch.buffer());
    if (!kept) {
      throw new IllegalStateException("more than " + buffersMax + " buffers");
    }
  }

  private void store(Batch batch, List<Frame.Chunk> chunks, ArrayDeque<Integer> wanted)
      throws Failure, InterruptedException {
    Line line = lines.poll();
    if (line == null) {
      FrameCodec codec = new FrameCodec();
      line = new Line(codec, new FrameBuilder(codec, intake::append));
    }
    boolean whole = false;
    try {
      for (int i : wanted) {
        line.builder().add(chunks.get(i), batch.buffer(), batch.from(i));
      }
      line.builder().flush();
      whole = true;
    } finally {
      // A builder that failed half-way is not used again.
      if (!whole || !lines.offer(line)) {
        line.codec().close();
      }
    }
  }
}
