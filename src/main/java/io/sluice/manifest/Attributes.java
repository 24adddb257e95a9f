package io.sluice.manifest;

/**
 * What every kind of entry keeps.
 *
 * @param mode POSIX permission bits, 0 to 0777
 * @param mtimeSeconds last modification in UTC, whole seconds since 1970, may be negative
 * @param mtimeNanos 0 to 999,999,999
 */
public record Attributes(int mode, long mtimeSeconds, int mtimeNanos) {
  public Attributes {
    if (mode < 0 || mode > 0777 || mtimeNanos < 0 || mtimeNanos > 999_999_999) {
      throw new IllegalArgumentException("mode " + mode + ", nanos " + mtimeNanos);
    }
    if (Math.abs(mtimeSeconds) > Manifest.INTEGER_MAX) {
      throw new IllegalArgumentException("mtime " + mtimeSeconds);
    }
  }
}
