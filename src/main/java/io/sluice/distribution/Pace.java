package io.sluice.distribution;

import io.sluice.time.Backoff;
import io.sluice.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** When something that failed is tried again. Safe from any thread. */
public final class Pace {
  /**
   * The wait after a failure that stays until somebody changes something: tried again all the same,
   * so that whoever mends it need not also tell Sluice.
   */
  public static final Duration STUCK_WAIT = Duration.ofHours(1);

  private final Clock clock;
  private final Backoff backoff;
  private final RandomGenerator random;

  public Pace(Clock clock, Backoff backoff, RandomGenerator random) {
    this.clock = clock;
    this.backoff = backoff;
    this.random = random;
  }

  public Clock clock() {
    return clock;
  }

  /** The wait after so many failed attempts, the last of them of this kind. */
  public Duration after(int attempt, boolean temporary) {
    synchronized (random) {
      Duration wait = backoff.after(attempt, random);
      return temporary || wait.compareTo(STUCK_WAIT) > 0 ? wait : STUCK_WAIT;
    }
  }
}
