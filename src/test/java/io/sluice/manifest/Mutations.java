package io.sluice.manifest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Damages bytes in the ways text formats break: bits, digits, tokens, lines moved and spliced. */
final class Mutations {
  private static final String[] TOKENS = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "1e999",
    "-",
    "0",
    "9007199254740992",
    "{\"b64\":\"/w==\"}",
    ",",
    ":",
    "\n",
    "\0",
    "[[[[[[[[",
    "\"m\":1,",
    "99999"
  };

  private Mutations() {}

  static byte[] of(byte[] source, byte[] other, RandomGenerator random) {
    byte[] bytes = source;
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      bytes = once(bytes, other, random);
    }
    return bytes;
  }

  private static byte[] once(byte[] bytes, byte[] other, RandomGenerator random) {
    int at = random.nextInt(bytes.length);
    return switch (random.nextInt(9)) {
      case 0 -> flipped(bytes, at, 1 << random.nextInt(8));
      case 1 -> flipped(bytes, at, 1 + random.nextInt(255));
      case 2 -> digit(bytes, at, (byte) ('0' + random.nextInt(10)));
      case 3 -> spliced(bytes, at, new byte[0], 1 + random.nextInt(20));
      case 4 -> {
        byte[] token = TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.UTF_8);
        yield spliced(bytes, at, token, random.nextInt(4));
      }
      case 5 -> Arrays.copyOf(bytes, Math.max(1, at));
      case 6 -> {
        int from = random.nextInt(other.length);
        yield Arrays.copyOfRange(other, from, from + Math.max(1, random.nextInt(1000)));
      }
      case 7 -> line(bytes, at, true);
      default -> line(bytes, at, false);
    };
  }

  private static byte[] flipped(byte[] bytes, int at, int mask) {
    byte[] copy = bytes.clone();
    copy[at] ^= (byte) mask;
    return copy;
  }

  /** Sets the first digit from {@code at} on. */
  private static byte[] digit(byte[] bytes, int at, byte digit) {
    byte[] copy = bytes.clone();
    for (int i = at; i < copy.length; i++) {
      if (copy[i] >= '0' && copy[i] <= '9') {
        copy[i] = digit;
        return copy;
      }
    }
    return copy;
  }

  private static byte[] spliced(byte[] bytes, int at, byte[] in, int dropped) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, at);
    out.writeBytes(in);
    int rest = Math.min(bytes.length, at + dropped);
    out.write(bytes, rest, bytes.length - rest);
    return out.size() == 0 ? new byte[] {'\n'} : out.toByteArray();
  }

  /** Doubles or drops the line around {@code at}. */
  private static byte[] line(byte[] bytes, int at, boolean doubled) {
    int from = at;
    while (from > 0 && bytes[from - 1] != '\n') {
      from--;
    }
    int to = at;
    while (to < bytes.length && bytes[to] != '\n') {
      to++;
    }
    to = Math.min(bytes.length, to + 1);
    byte[] line = doubled ? Arrays.copyOfRange(bytes, from, to) : new byte[0];
    return spliced(bytes, from, line, doubled ? 0 : to - from);
  }
}
