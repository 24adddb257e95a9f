package io.sluice.filesystem;

import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What Samba keeps in extended attributes: streams as {@code user.DosStream.NAME:$DATA} with a zero
 * byte behind (vfs_streams_xattr), DOS attributes as {@code user.DOSATTRIB} (xattr.idl).
 */
final class SambaDos {
  private static final byte[] PREFIX = "DosStream.".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SUFFIX = ":$DATA".getBytes(StandardCharsets.US_ASCII);

  /** Versions of the attribute whose bits stand where this class looks. */
  private static final int VERSION_MIN = 3;

  private static final int VERSION_MAX = 5;
  private static final int HEX_LENGTH_MAX = 10;

  private SambaDos() {}

  /** The stream's name in an attribute's name without {@code user.}; empty if it is not one. */
  static Optional<byte[]> stream(byte[] name) {
    int length = name.length - PREFIX.length - SUFFIX.length;
    boolean is =
        length > 0
            && Arrays.equals(name, 0, PREFIX.length, PREFIX, 0, PREFIX.length)
            && Arrays.equals(
                name, name.length - SUFFIX.length, name.length, SUFFIX, 0, SUFFIX.length);
    return is
        ? Optional.of(Arrays.copyOfRange(name, PREFIX.length, PREFIX.length + length))
        : Optional.empty();
  }

  /**
   * True if a value is in Samba's form: it has a zero byte behind. Where it has none the attribute
   * is somebody else's, and every byte of it counts.
   */
  static boolean isWhole(byte[] value) {
    return value.length > 0 && value[value.length - 1] == 0;
  }

  /** The whole name of the attribute that holds a stream. */
  static byte[] attribute(byte[] stream) {
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    name.writeBytes(PREFIX);
    name.writeBytes(stream);
    name.writeBytes(SUFFIX);
    return LinuxNames.attribute(name.toByteArray());
  }

  /**
   * The DOS attribute bits: the text {@code 0xNN} and a zero byte, behind it (or, in a later form,
   * after an empty text) version, level and valid flags, then the bits. Empty if it is neither.
   */
  static Optional<Integer> bits(byte[] value) {
    int end = 0;
    while (end < value.length && value[end] != 0) {
      end++;
    }
    String text = new String(value, 0, Math.min(end, HEX_LENGTH_MAX), StandardCharsets.US_ASCII);
    if (text.matches("0x[0-9a-fA-F]{1,8}")) {
      return Optional.of(Integer.parseUnsignedInt(text.substring(2), 16));
    }
    // NDR: the empty text's zero byte, one of padding, version twice (number and union), then
    // valid_flags and attrib.
    int fixed = 2 + 2 + 2 + 2 + 4 + 4;
    if (end != 0 || value.length < fixed) {
      return Optional.empty();
    }
    ByteBuffer from = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    int version = Short.toUnsignedInt(from.getShort(2));
    if (version < VERSION_MIN || version > VERSION_MAX || from.getShort(4) != version) {
      return Optional.empty();
    }
    int flags = from.getInt(8);
    return (flags & 1) == 1 ? Optional.of(from.getInt(12)) : Optional.empty();
  }

  /** The property that says which streams are kept in Samba's form. */
  static Property streams(List<Name> samba) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (Name name : samba) {
      if (joined.size() > 0) {
        joined.write('/');
      }
      joined.writeBytes(name.bytes());
    }
    return new Property(Property.SAMBA, joined.toByteArray());
  }

  /** The names of the streams a property tells. */
  static List<byte[]> names(Property samba) {
    return LinuxNames.split(samba.value(), (byte) '/');
  }
}
