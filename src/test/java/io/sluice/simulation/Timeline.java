package io.sluice.simulation;

import io.sluice.failure.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Simulated time and what is to happen in it: one queue, one thread. Events of one time happen in
 * the order they were asked for.
 *
 * <p>While an event waits for a link or a disk, it lets time {@link #pass}: other events then
 * happen inside of it, as other threads would meanwhile. Events of one owner never overlap, as a
 * loop never overtakes itself.
 */
final class Timeline {
  /** How deep events may happen inside of waiting ones. */
  private static final int DEPTH_MAX = 4;

  private final PriorityQueue<Event> queue =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final Set<String> busy = new HashSet<>();
  private final Deed after;
  private long now;
  private long orders;
  private long happened;
  private int depth;

  private record Event(long at, long order, String owner, Deed deed) {}

  /** What happens. */
  @FunctionalInterface
  interface Deed {
    void happen() throws Failure, InterruptedException;
  }

  /**
   * @param after done after every event
   */
  Timeline(Deed after) {
    this.after = after;
  }

  /** Nanoseconds since the beginning. */
  long now() {
    return now;
  }

  /** How many events have happened. */
  long happened() {
    return happened;
  }

  /** Lets time go by without anything happening. */
  void advance(Duration duration) {
    now += duration.toNanos();
  }

  /** Asks for an event. */
  void in(Duration delay, String owner, Deed deed) {
    queue.add(new Event(now + delay.toNanos(), orders++, owner, deed));
  }

  /** Lets the next event happen; false if there is none. */
  boolean next() throws Failure, InterruptedException {
    Event event = queue.poll();
    if (event == null) {
      return false;
    }
    happen(event);
    return true;
  }

  /** Lets time pass within an event; what falls due meanwhile happens. */
  void pass(Duration duration) throws Failure, InterruptedException {
    long end = now + duration.toNanos();
    if (depth < DEPTH_MAX) {
      List<Event> held = new ArrayList<>();
      for (Event event = queue.peek(); event != null && event.at() <= end; event = queue.peek()) {
        queue.remove();
        if (busy.contains(event.owner())) {
          held.add(event);
        } else {
          happen(event);
        }
      }
      queue.addAll(held);
    }
    now = Math.max(now, end);
  }

  private void happen(Event event) throws Failure, InterruptedException {
    now = Math.max(now, event.at());
    happened++;
    depth++;
    busy.add(event.owner());
    try {
      event.deed().happen();
    } finally {
      busy.remove(event.owner());
      depth--;
    }
    after.happen();
  }
}
