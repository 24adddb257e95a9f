package io.sluice.manifest;

import java.util.Arrays;
import java.util.Base64;

/** A line of JSON being made, in bytes. */
final class LineBuffer {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private static final int BYTES_FIRST = 4096;

  private byte[] bytes = new byte[BYTES_FIRST];
  private int length;

  LineBuffer ascii(String text) {
    int size = text.length();
    room(size);
    for (int i = 0; i < size; i++) {
      bytes[length++] = (byte) text.charAt(i);
    }
    return this;
  }

  LineBuffer number(long value) {
    return ascii(Long.toString(value));
  }

  /** A name or target: a JSON string, or base64 in an object if the bytes are not UTF-8. */
  LineBuffer raw(byte[] raw) {
    if (!Utf8.valid(raw)) {
      return ascii("{\"b64\":\"").ascii(Base64.getEncoder().encodeToString(raw)).ascii("\"}");
    }
    room(6 * raw.length + 2);
    bytes[length++] = '"';
    for (byte b : raw) {
      if (b >= 0 && (b < ' ' || b == '"' || b == '\\')) {
        escape(b);
      } else {
        bytes[length++] = b;
      }
    }
    bytes[length++] = '"';
    return this;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  private void escape(byte b) {
    bytes[length++] = '\\';
    switch (b) {
      case '"', '\\' -> bytes[length++] = b;
      case '\b' -> bytes[length++] = 'b';
      case '\f' -> bytes[length++] = 'f';
      case '\n' -> bytes[length++] = 'n';
      case '\r' -> bytes[length++] = 'r';
      case '\t' -> bytes[length++] = 't';
      default -> {
        bytes[length++] = 'u';
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[b >> 4];
        bytes[length++] = HEX[b & 15];
      }
    }
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
