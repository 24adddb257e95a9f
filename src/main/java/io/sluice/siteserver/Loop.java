package io.sluice.siteserver;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.time.Backoff;
import io.sluice.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a step into a thread: takes it again and again until closed. A failed step (the database is
 * away, say) is logged once per change of its text and taken again after a growing wait. A disk or
 * database that failed to make bytes durable, or a defect, ends the loop for good: {@code broken}
 * hears of it.
 */
final class Loop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(250), Duration.ofSeconds(15));
  private static final Duration STOP_MAX = Duration.ofSeconds(10);

  private final String name;
  private final Step step;
  private final Clock clock;
  private final RandomGenerator random;
  private final Thread thread;
  private volatile boolean stopping;

  /** A piece of work to be taken again; it waits by itself while nothing is due. */
  interface Step {
    void take() throws Failure, InterruptedException;
  }

  /** A loop that runs from now on; {@code broken} hears of what ended it, if something does. */
  static Loop start(
      String name, Step step, Clock clock, RandomGenerator random, Consumer<Throwable> broken) {
    Loop loop = new Loop(name, step, clock, random, broken);
    loop.thread.start();
    return loop;
  }

  private Loop(
      String name, Step step, Clock clock, RandomGenerator random, Consumer<Throwable> broken) {
    this.name = name;
    this.step = step;
    this.clock = clock;
    this.random = random;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> run(broken));
  }

  private void run(Consumer<Throwable> broken) {
    int failures = 0;
    String said = "";
    try {
      while (!stopping) {
        try {
          step.take();
          failures = 0;
          said = "";
        } catch (Failure failure) {
          if (isFatal(failure)) {
            throw failure;
          }
          if (!failure.text().equals(said)) {
            said = failure.text();
            LOG.warn("{}: {}", name, said);
          }
          failures++;
          clock.sleep(AFTER_FAILURE.after(failures, random));
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("{} interrupted", name);
    } catch (Failure | RuntimeException | Error e) {
      if (!stopping) {
        broken.accept(e);
      }
    }
  }

  /**
   * A disk that failed to make bytes durable may succeed falsely when asked again, so nothing is
   * acknowledged after it until the process has started anew and read what is really there. The
   * same is true of what a database lies on; and a damaged one does not mend itself.
   */
  private static boolean isFatal(Failure failure) {
    return !failure.isTemporary()
        && (failure.code() == Code.DISK_ERROR || failure.code() == Code.DATABASE_UNAVAILABLE);
  }

  /** Ends the loop; a step under way is interrupted. */
  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      if (!thread.join(STOP_MAX)) {
        LOG.warn("{} did not stop within {}", name, STOP_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
