package io.sluice.web;

import java.util.HashMap;
import java.util.Map;

/**
 * Bounds the bytes of bodies that are in memory at once. What goes to several at the same time is
 * there once and counts once. A body that is larger than all may be is let in while there is no
 * other. Safe from any thread.
 */
final class BodyBytes {
  private final long most;
  private final Map<Object, Entered> inside = new HashMap<>();
  private long sum;

  private record Entered(long bytes, int times) {}

  BodyBytes(long most) {
    this.most = most;
  }

  /**
   * Lets a body in, if there is room for it; then {@link #leave} must follow.
   *
   * @param which equal for the same bytes in memory
   */
  synchronized boolean enter(Object which, long bytes) {
    Entered before = inside.get(which);
    if (before != null) {
      inside.put(which, new Entered(before.bytes, before.times + 1));
      return true;
    }
    if (sum > 0 && sum + bytes > most) {
      return false;
    }
    inside.put(which, new Entered(bytes, 1));
    sum += bytes;
    return true;
  }

  synchronized void leave(Object which) {
    Entered before = inside.remove(which);
    if (before == null) {
      throw new IllegalStateException("nothing of that name is inside");
    }
    if (before.times > 1) {
      inside.put(which, new Entered(before.bytes, before.times - 1));
    } else {
      sum -= before.bytes;
    }
  }
}
