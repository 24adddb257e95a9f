package io.sluice.site;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * A site's code: a letter and two to seven letters or digits, upper case, not a reserved device
 * name (the old system accepted CON and PRN and could then write no file of that site, Q279868).
 */
public record SiteCode(String text) implements Comparable<SiteCode> {
  private static final Pattern FORM = Pattern.compile("[A-Z][A-Z0-9]{2,7}");
  private static final Pattern DEVICE = Pattern.compile("(COM|LPT)[0-9]|CON(IN|OUT)");
  private static final Set<String> RESERVED = Set.of("CON", "PRN", "AUX", "NUL");

  public SiteCode {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a site code is an upper-case letter and two to seven letters or digits, not \""
              + text
              + "\"");
    }
    if (RESERVED.contains(text) || DEVICE.matcher(text).matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is a reserved device name");
    }
  }

  @Override
  public int compareTo(SiteCode other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
