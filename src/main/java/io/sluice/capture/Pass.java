package io.sluice.capture;

import io.sluice.content.Chunker;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import io.sluice.parallel.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * One pass over a content sequence: reads, cuts and hands over what is new, takes over what is not.
 *
 * <p>The buffer holds the bytes from {@code start} (a cut, at offset {@code position} of the
 * sequence) to {@code end}. Nothing is read beyond the next forced cut, so that the end of the
 * bytes at hand is either unknown to the cutter or a cut.
 */
final class Pass {
  /** A read into less room than this is not worth a system call; the batch goes first. */
  private static final int ROOM_MIN = 64 * 1024;

  private final Spans spans;
  private final Reuse reuse;
  private final ContentReader reader;
  private final Press press;
  private final LongConsumer progress;
  private final List<Batch> batches = new ArrayList<>();
  private final List<Frame.Chunk> reused = new ArrayList<>();
  private final List<Integer> reusedSlots = new ArrayList<>();
  private Batch batch;
  private int slots;
  private int start;
  private int end;

  /** Offset of {@code start}. */
  private long position;

  /** Offset the reader is at: that of {@code end}, unless chunks beyond it were taken over. */
  private long filled;

  /** The span to be read after the current one. */
  private int next;

  private long forcedCut;

  Pass(Spans spans, Reuse reuse, ContentReader reader, Press press, LongConsumer progress) {
    this.spans = spans;
    this.reuse = reuse;
    this.reader = reader;
    this.press = press;
    this.progress = progress;
    this.batch = new Batch(press.buffer());
  }

  /** Goes over the whole sequence and returns its chunks, in order, all held. */
  List<Frame.Chunk> run(Threads threads) throws Failure, InterruptedException {
    while (position < spans.total()) {
      int old = reuse.chunkAt(position);
      if (old >= 0) {
        takeOver(reuse.chunk(old));
      } else {
        cut();
      }
    }
    reader.finish(threads);
    handOver();
    press.finish();
    progress.accept(reader.bytesRead());
    return assemble();
  }

  /** Skips a chunk that is held already; bytes of it that were read are dropped. */
  private void takeOver(Frame.Chunk chunk) {
    reused.add(chunk);
    reusedSlots.add(slots++);
    position += chunk.length();
    start = Math.min(end, start + chunk.length());
  }

  /** Reads until the next cut is known, and cuts. */
  private void cut() throws Failure, InterruptedException {
    if (position > filled) {
      seek();
    }
    if (position >= forcedCut) {
      forcedCut = spans.forcedCutAfter(spans.at(position));
    }
    int wanted = reuse.isAny() ? Chunker.BYTES_NORMAL : Chunker.BYTES_MAX;
    while (true) {
      while (end - start < wanted && filled < forcedCut) {
        fill();
      }
      int length = Chunker.cut(batch.buffer(), start, end, filled == forcedCut);
      if (length > 0) {
        batch.add(slots++, start, length);
        start += length;
        position += length;
        return;
      }
      wanted = Math.min(2 * wanted, Chunker.BYTES_MAX);
    }
  }

  /**
   * After chunks were taken over beyond what was read: goes to {@link #position}. Within a stream
   * that can only be a small one, for a big one is taken over whole; it is read from its start.
   */
  private void seek() throws Failure, InterruptedException {
    int span = spans.at(position);
    int before = Math.toIntExact(position - spans.offset(span));
    if (before > 0 && spans.isBig(span)) {
      throw new IllegalStateException("a big stream was taken over in part");
    }
    reader.start(span);
    next = span + 1;
    filled = spans.offset(span);
    while (end - start < before) {
      fill();
    }
    start += before;
  }

  /** Reads some bytes of the current or else the next span, after making room. */
  private void fill() throws Failure, InterruptedException {
    if (reader.rest() == 0) {
      reader.start(next++);
    }
    int room = Press.BATCH_BYTES - end;
    if (room < Math.min(reader.rest(), ROOM_MIN)) {
      handOver();
      room = Press.BATCH_BYTES - end;
    }
    int read = reader.read(batch.buffer(), end, room);
    end += read;
    filled += read;
  }

  /** Submits the batch and goes on in another buffer with the bytes not yet cut. */
  private void handOver() throws Failure, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Batch full = batch;
    byte[] fresh = full.isEmpty() ? full.buffer() : press.buffer();
    System.arraycopy(full.buffer(), start, fresh, 0, end - start);
    end -= start;
    start = 0;
    if (!full.isEmpty()) {
      batch = new Batch(fresh);
      batches.add(full);
      press.submit(full);
      progress.accept(reader.bytesRead());
    }
  }

  private List<Frame.Chunk> assemble() {
    Frame.Chunk[] chunks = new Frame.Chunk[slots];
    for (int i = 0; i < reused.size(); i++) {
      chunks[reusedSlots.get(i)] = reused.get(i);
    }
    for (Batch each : batches) {
      each.place(chunks);
    }
    return List.of(chunks);
  }
}
