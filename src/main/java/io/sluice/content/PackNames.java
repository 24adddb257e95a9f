package io.sluice.content;

import java.util.HexFormat;
import java.util.Optional;

/** File names of packs: the number in 16 hexadecimal digits and the state. */
final class PackNames {
  static final String SEALED = ".pack";
  static final String OPEN = ".open";

  private static final int DIGITS = 16;

  private PackNames() {}

  static String sealed(long number) {
    return HexFormat.of().toHexDigits(number) + SEALED;
  }

  static String open(long number) {
    return HexFormat.of().toHexDigits(number) + OPEN;
  }

  /** The number in a name of this ending; empty if it is no such name. */
  static Optional<Long> number(String name, String ending) {
    if (name.length() != DIGITS + ending.length() || !name.endsWith(ending)) {
      return Optional.empty();
    }
    String digits = name.substring(0, DIGITS);
    for (int i = 0; i < DIGITS; i++) {
      char digit = digits.charAt(i);
      if (!HexFormat.isHexDigit(digit) || (digit >= 'A' && digit <= 'F')) {
        return Optional.empty();
      }
    }
    long number = HexFormat.fromHexDigitsToLong(digits);
    return number >= 1 && number <= FramePlace.PACK_MAX ? Optional.of(number) : Optional.empty();
  }
}
