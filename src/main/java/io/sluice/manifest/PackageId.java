package io.sluice.manifest;

import java.util.regex.Pattern;

/**
 * A package's identity: the code of the site that made it and a number never used again there,
 * printed as {@code CEN-12}.
 */
public record PackageId(String site, long number) implements Comparable<PackageId> {
  private static final Pattern FORM = Pattern.compile("([A-Z][A-Z0-9]{2,7})-([1-9][0-9]{0,14})");

  public PackageId {
    if (!FORM.matcher(site + "-" + number).matches()) {
      throw new IllegalArgumentException("not a package ID: " + site + "-" + number);
    }
  }

  /**
   * Parses the printed form.
   *
   * @throws IllegalArgumentException if it is not of the form {@code CODE-N}
   */
  public static PackageId parse(String text) {
    java.util.regex.Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a package ID (CODE-N): " + text);
    }
    return new PackageId(matcher.group(1), Long.parseLong(matcher.group(2)));
  }

  @Override
  public int compareTo(PackageId other) {
    int order = site.compareTo(other.site);
    return order != 0 ? order : Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return site + "-" + number;
  }
}
