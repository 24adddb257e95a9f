package io.sluice.parallel;

import io.sluice.failure.Failure;

/**
 * Workers that take tasks from a bounded queue. One thread submits. After a task fails, later tasks
 * are dropped unrun and the failure is thrown by the next {@link #submit} or by {@link #finish}.
 */
public interface Crew extends AutoCloseable {
  /** Hands a task over, waiting while the queue is full. Throws an earlier task's failure. */
  void submit(Job<?> task) throws Failure, InterruptedException;

  /** Waits until every submitted task has ended; throws the first failure. */
  void finish() throws Failure, InterruptedException;

  /** Waits likewise, however often the calling thread is interrupted; it stays interrupted. */
  default void finishWhatever() throws Failure {
    boolean interrupted = false;
    boolean finished = false;
    try {
      while (!finished) {
        try {
          finish();
          finished = true;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Stops the workers; tasks not begun are dropped. Returns when all have ended. */
  @Override
  void close();
}
