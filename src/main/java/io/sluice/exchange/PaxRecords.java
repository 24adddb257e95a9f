package io.sluice.exchange;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The records of one extended header (POSIX.1-2001, pax), being gathered. */
final class PaxRecords {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  void add(String key, String value) {
    add(utf8(key), utf8(value));
  }

  void add(String key, byte[] value) {
    add(utf8(key), value);
  }

  /** {@code LENGTH KEY=VALUE\n}; the length counts itself. */
  void add(byte[] key, byte[] value) {
    int rest = 1 + key.length + 1 + value.length + 1;
    int length = rest + digits(rest);
    if (digits(length) > digits(rest)) {
      length++;
    }
    bytes.writeBytes(utf8(length + " "));
    bytes.writeBytes(key);
    bytes.write('=');
    bytes.writeBytes(value);
    bytes.write('\n');
  }

  int length() {
    return bytes.size();
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  /** A time as the format has it: decimal, the sign before the whole. */
  static String time(long seconds, int nanos) {
    if (nanos == 0) {
      return Long.toString(seconds);
    }
    return seconds >= 0
        ? "%d.%09d".formatted(seconds, nanos)
        : "-%d.%09d".formatted(-seconds - 1, 1_000_000_000 - nanos);
  }

  private static int digits(int number) {
    return Integer.toString(number).length();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
