package io.sluice.parallel;

import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs everything in the calling thread, in order: the same results as real threads, reproducibly.
 * For simulations and for machines where a second thread buys nothing.
 */
public final class CallerThread implements Threads {
  @Override
  public <T> List<T> all(List<? extends Job<T>> jobs, int atMost)
      throws Failure, InterruptedException {
    requireAtLeastOne("atMost", atMost);
    List<T> results = new ArrayList<>(jobs.size());
    for (Job<T> job : jobs) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      results.add(job.run());
    }
    return results;
  }

  @Override
  public Crew crew(String name, int workers, int queued) {
    requireAtLeastOne("workers", workers);
    requireAtLeastOne("queued", queued);
    return new Itself();
  }

  @Override
  public int cores() {
    return 1;
  }

  static void requireAtLeastOne(String what, int number) {
    if (number < 1) {
      throw new IllegalArgumentException(what + " is " + number);
    }
  }

  /** The crew of one: a task runs while it is handed over. */
  private static final class Itself implements Crew {
    private @Nullable Throwable first;
    private boolean closed;

    @Override
    public void submit(Job<?> task) throws Failure, InterruptedException {
      if (closed) {
        throw new IllegalStateException("the crew is closed");
      }
      Failures.rethrow(first);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      try {
        task.run();
      } catch (Failure | InterruptedException | RuntimeException | Error e) {
        first = e;
      }
    }

    @Override
    public void finish() throws Failure, InterruptedException {
      Failures.rethrow(first);
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
