package io.sluice.filesystem;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * WTF-8 (S. Sapin, The WTF-8 encoding): UTF-8 that can also express a lone UTF-16 surrogate, which
 * Windows allows in names. A surrogate pair is always one character of four bytes, never two of
 * three.
 */
public final class Wtf8 {
  private Wtf8() {}

  public static byte[] encode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                bytes.write(0xe0 | c >> 12);
                bytes.write(0x80 | (c >> 6 & 0x3f));
                bytes.write(0x80 | (c & 0x3f));
              } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }

  /** The UTF-16 these bytes stand for; empty if they are not WTF-8. */
  public static Optional<String> decode(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    for (int i = 0; i < bytes.length; ) {
      int b = bytes[i] & 0xff;
      int length = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : 4;
      if ((b >= 0x80 && b < 0xc2) || b > 0xf4 || i + length > bytes.length) {
        return Optional.empty();
      }
      int c = length == 1 ? b : b & (0x7f >> length);
      for (int k = 1; k < length; k++) {
        if ((bytes[i + k] & 0xc0) != 0x80) {
          return Optional.empty();
        }
        c = c << 6 | (bytes[i + k] & 0x3f);
      }
      if (c > 0x10ffff || (length == 3 && c < 0x800) || (length == 4 && c < 0x10000)) {
        return Optional.empty();
      }
      text.appendCodePoint(c);
      i += length;
    }
    // A pair written as two surrogates is not the form encode gives.
    String decoded = text.toString();
    return java.util.Arrays.equals(encode(decoded), bytes)
        ? Optional.of(decoded)
        : Optional.empty();
  }
}
