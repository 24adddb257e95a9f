package io.sluice.parallel;

import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Real threads: virtual ones for {@link #all}, whose jobs mostly wait, and platform ones for a
 * {@link #crew}, whose tasks compute.
 */
public final class OsThreads implements Threads {
  @Override
  public <T> List<T> all(List<? extends Job<T>> jobs, int atMost)
      throws Failure, InterruptedException {
    CallerThread.requireAtLeastOne("atMost", atMost);
    if (jobs.isEmpty()) {
      return List.of();
    }
    return new Run<T>(jobs).all(Math.min(atMost, jobs.size()));
  }

  @Override
  public Crew crew(String name, int workers, int queued) {
    CallerThread.requireAtLeastOne("workers", workers);
    CallerThread.requireAtLeastOne("queued", queued);
    return new OsCrew(name, workers, queued);
  }

  @Override
  public int cores() {
    return Math.max(1, Runtime.getRuntime().availableProcessors());
  }

  /**
   * One call of {@link #all}: its threads take the next job until there is none or one has failed.
   */
  private static final class Run<T> {
    private final List<? extends Job<T>> jobs;
    private final AtomicReferenceArray<T> results;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> first = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();

    Run(List<? extends Job<T>> jobs) {
      this.jobs = jobs;
      this.results = new AtomicReferenceArray<>(jobs.size());
    }

    List<T> all(int atOnce) throws Failure, InterruptedException {
      for (int i = 0; i < atOnce; i++) {
        threads.add(Thread.ofVirtual().name("all-" + i).unstarted(this::work));
      }
      threads.forEach(Thread::start);
      boolean interrupted = false;
      for (Thread thread : threads) {
        interrupted |= join(thread);
      }
      if (interrupted) {
        throw new InterruptedException();
      }
      Failures.rethrow(first.get());
      List<T> ordered = new ArrayList<>(jobs.size());
      for (int i = 0; i < jobs.size(); i++) {
        ordered.add(results.get(i));
      }
      return ordered;
    }

    /** Waits for a thread's end whatever happens; an interruption is passed on to all of them. */
    private boolean join(Thread thread) {
      boolean interrupted = false;
      while (true) {
        try {
          thread.join();
          return interrupted;
        } catch (InterruptedException e) {
          interrupted = true;
          fail(e);
        }
      }
    }

    private void work() {
      try {
        for (int i = next.getAndIncrement(); i < jobs.size(); i = next.getAndIncrement()) {
          if (first.get() != null) {
            return;
          }
          results.set(i, jobs.get(i).run());
        }
      } catch (Failure | InterruptedException | RuntimeException | Error e) {
        fail(e);
      }
    }

    private void fail(Throwable failure) {
      if (first.compareAndSet(null, failure)) {
        threads.forEach(Thread::interrupt);
      }
    }
  }
}
