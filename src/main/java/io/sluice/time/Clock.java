package io.sluice.time;

import java.time.Duration;
import java.time.Instant;

/**
 * Where time comes from. All methods may be called from any thread. {@link #nanos} never goes
 * backwards, whatever happens to the wall clock; {@link #now} may.
 */
public interface Clock {
  /** The wall clock, UTC: for people and for expiry, never for order. */
  Instant now();

  /** Monotonic nanoseconds since an arbitrary origin: for intervals. */
  long nanos();

  /** Waits; a simulated clock advances instead of waiting. */
  void sleep(Duration duration) throws InterruptedException;
}
