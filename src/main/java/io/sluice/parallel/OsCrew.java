package io.sluice.parallel;

import io.sluice.failure.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Platform threads that take tasks from one bounded queue, all under one monitor. */
final class OsCrew implements Crew {
  private final Object monitor = new Object();
  private final ArrayDeque<Job<?>> queue = new ArrayDeque<>();
  private final int queued;
  private final List<Thread> threads = new ArrayList<>();
  private int running;
  private boolean closed;
  private @Nullable Throwable first;

  OsCrew(String name, int workers, int queued) {
    this.queued = queued;
    for (int i = 1; i <= workers; i++) {
      threads.add(Thread.ofPlatform().daemon().name(name + "-" + i).start(this::work));
    }
  }

  @Override
  public void submit(Job<?> task) throws Failure, InterruptedException {
    synchronized (monitor) {
      while (first == null && !closed && queue.size() >= queued) {
        monitor.wait();
      }
      Failures.rethrow(first);
      if (closed) {
        throw new IllegalStateException("the crew is closed");
      }
      queue.add(task);
      monitor.notifyAll();
    }
  }

  @Override
  public void finish() throws Failure, InterruptedException {
    synchronized (monitor) {
      while (!closed && (running > 0 || !queue.isEmpty())) {
        monitor.wait();
      }
      Failures.rethrow(first);
    }
  }

  @Override
  public void close() {
    synchronized (monitor) {
      closed = true;
      queue.clear();
      monitor.notifyAll();
    }
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      interrupted |= join(thread);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  private void work() {
    Job<?> task = take();
    while (task != null) {
      Throwable ended = null;
      try {
        task.run();
      } catch (Failure | InterruptedException | RuntimeException | Error e) {
        ended = e;
      }
      finished(ended);
      task = take();
    }
  }

  /** The next task, or null when the crew is closed. */
  private @Nullable Job<?> take() {
    synchronized (monitor) {
      while (!closed && queue.isEmpty()) {
        try {
          monitor.wait();
        } catch (InterruptedException e) {
          // Only close() ends a worker: an interruption meant for a task came after the task's end.
        }
      }
      if (closed) {
        return null;
      }
      running++;
      Job<?> task = queue.remove();
      monitor.notifyAll();
      return task;
    }
  }

  private void finished(@Nullable Throwable ended) {
    synchronized (monitor) {
      running--;
      if (ended != null && first == null) {
        first = ended;
        queue.clear();
      }
      monitor.notifyAll();
    }
  }
}
