package io.sluice.simulation;

import io.sluice.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * A site's clock in simulated time. Sleeping lets time pass at once; nothing else happens
 * meanwhile.
 *
 * <p>Faults: the wall clock may be set, forwards and backwards, and differs from site to site; the
 * process that looks may die of it, which puts a death into the middle of whatever needs the time,
 * a transaction for one. {@link #nanos} never goes backwards.
 */
final class SimulatedClock implements Clock {
  /** When every simulation begins. */
  static final Instant BEGIN = Instant.parse("2030-01-01T00:00:00Z");

  private final Timeline timeline;
  private final Life life;
  private final Offset offset;

  /** How far a machine's wall clock is off; outlives the processes on it. */
  static final class Offset {
    private Duration ahead = Duration.ZERO;

    void set(Duration byHowMuch) {
      ahead = byHowMuch;
    }
  }

  SimulatedClock(Timeline timeline, Life life, Offset offset) {
    this.timeline = timeline;
    this.life = life;
    this.offset = offset;
  }

  @Override
  public Instant now() {
    life.step("the clock");
    return BEGIN.plusNanos(timeline.now()).plus(offset.ahead);
  }

  @Override
  public long nanos() {
    life.require("the clock");
    return timeline.now();
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    life.step("sleep");
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    timeline.advance(duration);
  }
}
