package io.sluice.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * POSIX access lists between the manifest's text ({@code u:1:r-x}) and that of archives ({@code
 * user:1:r-x:1}: behind the permissions stands the number again, which star began, GNU tar passes
 * over and libarchive goes by).
 */
final class PaxAcl {
  private static final Map<String, String> LONG =
      Map.of("u", "user", "g", "group", "m", "mask", "o", "other");

  private PaxAcl() {}

  /** The archive's text of a manifest's. */
  static String archived(String list) {
    List<String> entries = new ArrayList<>();
    for (String entry : list.split(",", -1)) {
      String[] parts = entry.split(":", -1);
      if (parts.length != 3 || !LONG.containsKey(parts[0])) {
        return list;
      }
      String number = parts[1].isEmpty() ? "" : ":" + parts[1];
      entries.add(LONG.get(parts[0]) + ":" + parts[1] + ":" + parts[2] + number);
    }
    return String.join(",", entries);
  }
}
