package io.sluice.time;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubling from {@code first} up to {@code most}, with
 * full jitter over the upper half so that many sites cut off together do not return together.
 *
 * @param first the wait after the first failed attempt, positive
 * @param most the longest wait, not less than {@code first}
 */
public record Backoff(Duration first, Duration most) {
  private static final int DOUBLINGS_MAX = 30;

  public Backoff {
    if (first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
      throw new IllegalArgumentException("backoff from " + first + " to " + most);
    }
  }

  /**
   * The wait after {@code attempt} failed attempts (1 is the first).
   *
   * @return between half of the doubled wait and the whole of it
   */
  public Duration after(int attempt, RandomGenerator random) {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt " + attempt);
    }
    long doubled = first.toMillis() << Math.min(attempt - 1, DOUBLINGS_MAX);
    long whole = doubled <= 0 ? most.toMillis() : Math.min(doubled, most.toMillis());
    long half = Math.max(1, whole / 2);
    return Duration.ofMillis(half + random.nextLong(whole - half + 1));
  }
}
