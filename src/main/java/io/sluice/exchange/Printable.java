package io.sluice.exchange;

import java.nio.charset.StandardCharsets;

/** What an archive says, for messages: printable and not too long. */
final class Printable {
  private static final int LENGTH_MAX = 300;

  private Printable() {}

  static String of(byte[] bytes) {
    return of(new String(bytes, StandardCharsets.UTF_8));
  }

  static String of(String text) {
    boolean isCut = text.codePointCount(0, text.length()) > LENGTH_MAX;
    String some = isCut ? text.substring(0, text.offsetByCodePoints(0, LENGTH_MAX)) : text;
    return io.sluice.failure.Printable.of(some) + (isCut ? "..." : "");
  }
}
