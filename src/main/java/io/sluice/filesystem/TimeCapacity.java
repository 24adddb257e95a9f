package io.sluice.filesystem;

import io.sluice.manifest.Attributes;

/**
 * Which modification times a file system can hold.
 *
 * @param unitNanos the finest step, in nanoseconds
 * @param earlyUnitNanos the finest step before 1970
 * @param earliestSeconds the earliest time, seconds since 1970
 * @param latestSeconds the latest whole second
 */
public record TimeCapacity(
    long unitNanos, long earlyUnitNanos, long earliestSeconds, long latestSeconds) {
  private static final long SECOND = 1_000_000_000L;

  /**
   * These attributes with the latest time that can be held and is not after theirs, if there is
   * one.
   */
  public Attributes nearest(Attributes attributes) {
    long seconds = attributes.mtimeSeconds();
    long unitNanos = seconds < 0 ? earlyUnitNanos : this.unitNanos;
    if (seconds <= earliestSeconds) {
      return attributes.at(earliestSeconds, 0);
    }
    if (seconds > latestSeconds) {
      return attributes.at(latestSeconds, 0);
    }
    if (unitNanos >= SECOND) {
      long unit = unitNanos / SECOND;
      return attributes.at(Math.floorDiv(seconds, unit) * unit, 0);
    }
    int nanos = (int) (attributes.mtimeNanos() / unitNanos * unitNanos);
    return attributes.at(seconds, nanos);
  }
}
