package io.sluice.manifest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the commonest line, that of a file without streams and properties and with a name of ASCII,
 * if it is byte for byte as {@link ManifestWriter} writes it: {@code
 * {"f":"NAME","m":420,"t":[SECONDS,NANOS],"s":SIZE}}. Half of what reading a manifest cost went
 * into taking such lines apart as JSON of any form. One thread at a time.
 */
final class PlainFileLine {
  private static final byte[] NAME = ascii("{\"f\":\"");
  private static final byte[] MODE = ascii("\",\"m\":");
  private static final byte[] SECONDS = ascii(",\"t\":[");
  private static final byte[] NANOS = ascii(",");
  private static final byte[] SIZE = ascii("],\"s\":");
  private static final byte[] END = ascii("}");

  /** As many digits surely fit into a {@code long}. */
  private static final int DIGITS_MAX = 18;

  private static final long NONE = -1;

  private byte[] bytes = new byte[0];
  private int at;
  private int end;

  /** The line, or null if it is of any other form, be it right or wrong. */
  Line.@Nullable File read(byte[] line, int from, int length) {
    bytes = line;
    at = from;
    end = from + length;
    byte[] name = pass(NAME) ? text() : new byte[0];
    long mode = pass(MODE) ? number(Attributes.MODE_MAX) : NONE;
    long seconds = pass(SECONDS) ? number(Manifest.INTEGER_MAX) : NONE;
    long nanos = pass(NANOS) ? number(999_999_999) : NONE;
    long size = pass(SIZE) ? number(Manifest.INTEGER_MAX) : NONE;
    boolean whole = pass(END) && at == end;
    if (!whole || mode < 0 || seconds < 0 || nanos < 0 || size < 0 || !isName(name)) {
      return null;
    }
    Attributes attributes = new Attributes((int) mode, seconds, (int) nanos);
    return new Line.File(Name.packed(name), attributes, size, List.of());
  }

  private boolean pass(byte[] text) {
    int after = at + text.length;
    boolean here = after <= end && Arrays.equals(bytes, at, after, text, 0, text.length);
    at = here ? after : end + 1;
    return here;
  }

  /** What stands before the next quotation mark; nothing if not all of it stands for itself. */
  private byte[] text() {
    int from = at;
    while (at < end && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
      at++;
    }
    return Arrays.copyOfRange(bytes, from, at);
  }

  private long number(long most) {
    int from = at;
    long value = 0;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && at - from < DIGITS_MAX) {
      value = 10 * value + bytes[at++] - '0';
    }
    boolean plain = at > from && (bytes[from] != '0' || at == from + 1);
    return plain && value <= most ? value : NONE;
  }

  private static boolean isName(byte[] name) {
    if (name.length == 0 || name.length > Name.BYTES_MAX) {
      return false;
    }
    for (byte b : name) {
      if (b == '/') {
        return false;
      }
    }
    return name[0] != '.' || (name.length > 1 && (name.length > 2 || name[1] != '.'));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
