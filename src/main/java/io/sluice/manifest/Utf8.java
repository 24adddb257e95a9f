package io.sluice.manifest;

import io.sluice.failure.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Strict UTF-8 (RFC 3629): nothing is ever replaced. */
final class Utf8 {
  private Utf8() {}

  /** True if the bytes are valid UTF-8. */
  static boolean valid(byte[] bytes) {
    return valid(bytes, 0, bytes.length);
  }

  static boolean valid(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (bytes[i] < 0) {
        return validBeyondAscii(bytes, i, from + length - i);
      }
    }
    return true;
  }

  private static boolean validBeyondAscii(byte[] bytes, int from, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The text these bytes are, if they are valid. */
  static Optional<String> text(byte[] bytes) {
    return valid(bytes) ? Optional.of(new String(bytes, StandardCharsets.UTF_8)) : Optional.empty();
  }

  /**
   * Bytes for messages: printable, and {@code \xNN} for each that is not where they are no text.
   */
  static String shown(byte[] bytes) {
    Optional<String> text = text(bytes);
    if (text.isPresent()) {
      return Printable.of(text.get());
    }
    StringBuilder shown = new StringBuilder();
    for (byte b : bytes) {
      shown.append(b > 0x20 && b < 0x7f ? String.valueOf((char) b) : "\\x%02x".formatted(b & 0xff));
    }
    return shown.toString();
  }

  /** The text's bytes; a lone surrogate has none and is refused. */
  static byte[] bytes(String text) throws Refusal {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean paired = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
        if (!paired) {
          throw Refusal.corrupt("a string with a lone surrogate");
        }
        i++;
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
