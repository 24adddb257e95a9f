package io.sluice.exchange;

import java.nio.charset.StandardCharsets;

/** What an archive says, for messages: it never reaches a terminal as control characters. */
final class Printable {
  private static final int LENGTH_MAX = 300;

  private Printable() {}

  static String of(byte[] bytes) {
    return of(new String(bytes, StandardCharsets.UTF_8));
  }

  static String of(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(LENGTH_MAX)
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                shown.append("\\x%02x".formatted(c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return text.length() > LENGTH_MAX ? shown + "..." : shown.toString();
  }
}
