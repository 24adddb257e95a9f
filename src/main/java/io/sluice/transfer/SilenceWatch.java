package io.sluice.transfer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Ends the wait of a reader to whom nothing comes. The HTTP client has timeouts of its own and they
 * come first; but where it forgets to tell a reader that its connection broke, nothing else would
 * ever wake that reader. Time the reader takes for itself does not count. Safe from any thread.
 */
final class SilenceWatch implements AutoCloseable {
  /** Looks during the silence that is borne; one more finds that it is over. */
  static final int LOOKS = 4;

  private final Scheduler scheduler;
  private final long everyMillis;
  private final Runnable end;
  private Scheduler.@Nullable Task next;
  private boolean waiting;
  private boolean closed;
  private int looks;

  /**
   * @param silence how long one wait may take
   * @param end wakes the reader; called once at most, without a lock
   */
  SilenceWatch(Scheduler scheduler, Duration silence, Runnable end) {
    this.scheduler = scheduler;
    this.everyMillis = Math.max(1, silence.toMillis() / LOOKS);
    this.end = end;
    schedule();
  }

  /** The reader begins to wait. */
  synchronized void begins() {
    waiting = true;
    looks = 0;
  }

  /** Something came, or the wait ended otherwise. */
  synchronized void ends() {
    waiting = false;
  }

  private synchronized void schedule() {
    if (!closed) {
      next = scheduler.schedule(this::look, everyMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    if (isOver()) {
      end.run();
    } else {
      schedule();
    }
  }

  private synchronized boolean isOver() {
    return !closed && waiting && ++looks > LOOKS;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel();
    }
  }
}
