package io.sluice.siteserver;

import io.sluice.distribution.Distributor;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread for each step under way, which nobody waits for; how many there are at once the
 * distributor bounds. Platform threads: one that hangs in a call to a dead network mount keeps the
 * thread of the machine it runs on, and virtual ones have to share those with everybody.
 */
final class Lanes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  /** How long all together have to end when told to. */
  private static final Duration STOP_MAX = Duration.ofSeconds(10);

  private final String name;
  private final Consumer<Throwable> broken;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /**
   * @param broken hears of what ends a step that is no failure of it
   */
  Lanes(String name, Consumer<Throwable> broken) {
    this.name = name;
    this.broken = broken;
  }

  /** Carries a step out, from now on. */
  void start(Distributor.Due due) {
    Thread thread =
        Thread.ofPlatform().name(name + " " + due.name()).daemon().unstarted(() -> run(due));
    threads.add(thread);
    thread.start();
  }

  private void run(Distributor.Due due) {
    try {
      due.carryOut();
    } catch (InterruptedException e) {
      LOG.debug("{} interrupted", due.name());
    } catch (RuntimeException | Error e) {
      if (!stopping) {
        broken.accept(e);
      }
    } finally {
      threads.remove(Thread.currentThread());
    }
  }

  /** Interrupts what is under way and waits for its end; nothing may be started any more. */
  @Override
  public void close() {
    stopping = true;
    threads.forEach(Thread::interrupt);
    try {
      Duration each = STOP_MAX.dividedBy(Math.max(1, threads.size()));
      for (Thread thread : threads) {
        if (!thread.join(each)) {
          LOG.warn("{} did not stop", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
