package io.sluice.content;

import io.sluice.failure.Failure;
import io.sluice.parallel.Crew;
import io.sluice.parallel.Threads;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves what is much in memory of the index to runs on the disk, and merges runs, in a thread of
 * its own: whoever stores waits for neither. One such work is going on and one waits, at most. What
 * fails is told and costs memory only. Safe from any thread.
 */
final class IndexKeeper implements AutoCloseable {
  private final Packs packs;
  private final LibraryIndex index;
  private final Threads threads;
  private final int indexed;
  private final Consumer<Failure> told;
  private final AtomicBoolean isWaiting = new AtomicBoolean();

  /** Guarded by this; none before there is work. */
  private @Nullable Crew crew;

  /** Guarded by this. */
  private boolean closed;

  /**
   * Keeps a library's index.
   *
   * @param indexed how many chunks in memory are much
   * @param told of failures
   */
  IndexKeeper(Library.Parts parts, Threads threads, int indexed, Consumer<Failure> told) {
    this.packs = parts.packs();
    this.index = parts.index();
    this.threads = threads;
    this.indexed = indexed;
    this.told = told;
  }

  /** Has it done soon if it is due. */
  void wish() {
    if (index.isDue(indexed) && isWaiting.compareAndSet(false, true)) {
      submit();
    }
  }

  private synchronized void submit() {
    if (closed) {
      return;
    }
    try {
      Crew worker = crew;
      if (worker == null) {
        worker = threads.crew("index", 1, 1);
        crew = worker;
      }
      worker.submit(this::keep);
    } catch (InterruptedException e) {
      // It is wished again after the next pack.
      isWaiting.set(false);
      Thread.currentThread().interrupt();
    } catch (Failure e) {
      throw new IllegalStateException("a failure was not told", e);
    }
  }

  private boolean keep() {
    isWaiting.set(false);
    try {
      packs.settle();
      boolean merged = true;
      while (merged) {
        merged = index.mergeOnce();
      }
    } catch (Failure e) {
      told.accept(e);
    }
    return true;
  }

  /** Waits for what is to be done; later wishes are in vain. */
  @Override
  public synchronized void close() throws Failure {
    closed = true;
    Crew worker = crew;
    if (worker != null) {
      try {
        worker.finishWhatever();
      } finally {
        worker.close();
      }
    }
  }
}
