package io.sluice.capture;

import io.sluice.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock at rest, an hour ahead, so that files just made are no longer recent. Never waits. */
class LaterClock implements Clock {
  private final Instant now = Instant.now().plus(Duration.ofHours(1));

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public long nanos() {
    return 0;
  }

  @Override
  public void sleep(Duration duration) {}
}
