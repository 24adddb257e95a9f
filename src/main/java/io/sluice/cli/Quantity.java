package io.sluice.cli;

import java.util.Locale;

/** Numbers as people read them. */
public final class Quantity {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

  private Quantity() {}

  /** Bytes in decimal units with three digits, such as {@code 303 MB} or {@code 1.53 GB}. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f %s", value, UNITS[unit]);
  }

  /** Seconds with as many decimals as matter, such as {@code 0.82 s} or {@code 74 s}. */
  public static String seconds(double seconds) {
    int decimals = seconds >= 99.5 ? 0 : seconds >= 9.95 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f s", seconds);
  }

  /** A count with thin grouping, such as {@code 113,227}. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
