package io.sluice.filesystem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * POSIX access control lists between the form of Linux's extended attributes (version 2,
 * linux/posix_acl_xattr.h: little endian, entries of tag, permissions and id) and text with numeric
 * ids, entries in the kernel's own order, so that one list has one text.
 */
final class PosixAcl {
  private static final int VERSION = 2;
  private static final int HEADER_BYTES = 4;
  private static final int ENTRY_BYTES = 8;
  private static final int NO_ID = -1;

  private static final Pattern ENTRY = Pattern.compile("([ugmo]):([0-9]{0,10}):([r-])([w-])([x-])");

  private PosixAcl() {}

  /** The text of an attribute's value; empty if it is not of this form. */
  static Optional<String> text(byte[] value) {
    ByteBuffer from = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (value.length < HEADER_BYTES
        || (value.length - HEADER_BYTES) % ENTRY_BYTES != 0
        || from.getInt() != VERSION) {
      return Optional.empty();
    }
    List<String> entries = new ArrayList<>();
    while (from.hasRemaining()) {
      int tag = Short.toUnsignedInt(from.getShort());
      int permissions = Short.toUnsignedInt(from.getShort());
      String id = Integer.toUnsignedString(from.getInt());
      String who =
          switch (tag) {
            case 0x01 -> "u:";
            case 0x02 -> "u:" + id;
            case 0x04 -> "g:";
            case 0x08 -> "g:" + id;
            case 0x10 -> "m:";
            case 0x20 -> "o:";
            default -> "";
          };
      if (who.isEmpty() || permissions > 7) {
        return Optional.empty();
      }
      entries.add(
          who
              + ":"
              + ((permissions & 4) != 0 ? "r" : "-")
              + ((permissions & 2) != 0 ? "w" : "-")
              + ((permissions & 1) != 0 ? "x" : "-"));
    }
    return Optional.of(String.join(",", entries));
  }

  /** The attribute's value of a text; empty if it is not of this form. */
  static Optional<byte[]> value(String text) {
    String[] entries = text.isEmpty() ? new String[0] : text.split(",", -1);
    ByteBuffer to =
        ByteBuffer.allocate(HEADER_BYTES + entries.length * ENTRY_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    to.putInt(VERSION);
    for (String entry : entries) {
      Matcher matcher = ENTRY.matcher(entry);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      String id = matcher.group(2);
      Optional<Integer> tag = tag(matcher.group(1), !id.isEmpty());
      if (tag.isEmpty() || (!id.isEmpty() && Long.parseLong(id) >= 1L << 32)) {
        return Optional.empty();
      }
      int permissions =
          (matcher.group(3).equals("r") ? 4 : 0)
              | (matcher.group(4).equals("w") ? 2 : 0)
              | (matcher.group(5).equals("x") ? 1 : 0);
      to.putShort(tag.get().shortValue()).putShort((short) permissions);
      to.putInt(id.isEmpty() ? NO_ID : Integer.parseUnsignedInt(id));
    }
    return Optional.of(to.array());
  }

  private static Optional<Integer> tag(String kind, boolean named) {
    return switch (kind) {
      case "u" -> Optional.of(named ? 0x02 : 0x01);
      case "g" -> Optional.of(named ? 0x08 : 0x04);
      case "m" -> named ? Optional.empty() : Optional.of(0x10);
      default -> named ? Optional.empty() : Optional.of(0x20);
    };
  }
}
