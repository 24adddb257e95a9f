package io.sluice.siteserver;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A named durable step at which the process ends itself without any clean-up, as if killed: how
 * tests meet the moments that matter (docs/operations/crash-points.md). {@code NAME} ends it the
 * first time, {@code NAME:N} the N-th time.
 */
final class CrashPoint {
  private static final Logger LOG = LoggerFactory.getLogger(CrashPoint.class);
  private static final int KILLED = 137;

  private final String name;
  private final AtomicInteger left;

  private CrashPoint(String name, int times) {
    this.name = name;
    this.left = new AtomicInteger(times);
  }

  /** The point a variable names; one that is never reached if it names none. */
  static CrashPoint parse(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return new CrashPoint("", 1);
    }
    int colon = text.lastIndexOf(':');
    return colon < 0
        ? new CrashPoint(text, 1)
        : new CrashPoint(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  /** Told of every named step; ends the process at its own. */
  void reached(String point) {
    LOG.debug("reached {}", point);
    if (point.equals(name) && left.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(KILLED);
    }
  }
}
