package io.sluice.parallel;

import io.sluice.failure.Failure;
import java.util.List;

/**
 * Where concurrency comes from. Implementations: {@link OsThreads} (real threads) and {@link
 * CallerThread} (everything in the calling thread, in order).
 */
public interface Threads {
  /**
   * Runs all jobs, at most {@code atMost} at once, and returns their results in the jobs' order.
   * The first failure interrupts those running, keeps the rest from starting and is thrown after
   * all have ended.
   */
  <T> List<T> all(List<? extends Job<T>> jobs, int atMost) throws Failure, InterruptedException;

  /**
   * Opens a crew of CPU workers fed through a bounded queue.
   *
   * @param name for thread names
   * @param workers at least 1
   * @param queued how many tasks may wait; {@link Crew#submit} blocks beyond that
   */
  Crew crew(String name, int workers, int queued);

  /** How many CPU-bound tasks this machine runs at once without contention, at least 1. */
  int cores();
}
