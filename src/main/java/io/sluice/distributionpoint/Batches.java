package io.sluice.distributionpoint;

import io.sluice.failure.Failure;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs jobs side by side and hands their results on in the jobs' order, so many at a time that
 * neither jobs nor results of a large tree are held all at once. One thread.
 */
final class Batches<T> {
  /** Enough that the threads seldom wait for the last of them. */
  private static final int JOBS_MAX = 64;

  private final Threads threads;
  private final Consumer<T> taker;
  private final List<Job<T>> jobs = new ArrayList<>();

  Batches(Threads threads, Consumer<T> taker) {
    this.threads = threads;
    this.taker = taker;
  }

  /** Adds a job; it has run, at the latest, when {@link #finish} returns. */
  void add(Job<T> job) throws Failure, InterruptedException {
    jobs.add(job);
    if (jobs.size() == JOBS_MAX) {
      finish();
    }
  }

  /** Runs what was added since. */
  void finish() throws Failure, InterruptedException {
    threads.all(jobs, Math.max(1, threads.cores())).forEach(taker);
    jobs.clear();
  }
}
