package io.sluice.cli;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as people read them. */
public final class Quantity {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

  /** At most 999,999 TB, which is below 2^63. */
  private static final Pattern BYTES =
      Pattern.compile("([0-9]{1,6}|[0-9]{1,15}(?= ?B?$)) ?(|B|kB|MB|GB|TB)");

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

  /**
   * Reads bytes such as {@code 500MB}, {@code 10 GB} or {@code 4096}, in decimal units.
   *
   * @throws Failure USAGE if it is anything else
   */
  static long parseBytes(String text) throws Failure {
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      throw Failure.permanent(
          Code.USAGE,
          "reading the size \"" + text + "\"",
          "it is not a number with B, kB, MB, GB, TB or nothing",
          "write it as in 500MB or 10GB");
    }
    long bytes = Long.parseLong(matcher.group(1));
    for (int unit = List.of(UNITS).indexOf(matcher.group(2)); unit > 0; unit--) {
      bytes *= 1000;
    }
    return bytes;
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

  /** So many of what an English noun names: {@code 1 stream}, {@code 2 entries}. */
  public static String count(long count, String noun) {
    if (count == 1) {
      return "1 " + noun;
    }
    boolean isInY = noun.endsWith("y");
    String many = isInY ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
    return count(count) + " " + many;
  }
}
