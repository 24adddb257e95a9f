package io.sluice.trust;

import io.sluice.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock that stands still until it is set; sleeping advances it. */
public final class SettableClock implements Clock {
  private Instant now;

  public SettableClock(Instant now) {
    this.now = now;
  }

  public synchronized void set(Instant instant) {
    now = instant;
  }

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized long nanos() {
    return Duration.between(Instant.EPOCH, now).toNanos();
  }

  @Override
  public synchronized void sleep(Duration duration) {
    now = now.plus(duration);
  }
}
