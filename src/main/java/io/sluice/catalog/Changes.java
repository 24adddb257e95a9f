package io.sluice.catalog;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes those who wait for a committed change. Safe from any thread. */
public final class Changes {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition risen = lock.newCondition();
  private long committed;
  private long number;

  /** How often it was woken so far. */
  public long number() {
    lock.lock();
    try {
      return number;
    } finally {
      lock.unlock();
    }
  }

  /** Says that this change is committed; lower numbers than the last are ignored. */
  void reached(long change) {
    lock.lock();
    try {
      if (change > committed) {
        committed = change;
        number++;
        risen.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Wakes everybody without a change of the catalog, to let them look again. */
  public void wake() {
    lock.lock();
    try {
      number++;
      risen.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is a later change than {@code known}, at most so long.
   *
   * @return true if there is
   */
  public boolean await(long known, Duration most) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = most.toNanos();
      while (number <= known && left > 0) {
        left = risen.awaitNanos(left);
      }
      return number > known;
    } finally {
      lock.unlock();
    }
  }
}
