package io.sluice.filesystem;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A reparse point of NTFS that leads elsewhere: a junction or a symbolic link ([MS-FSCC] 2.1.2.4
 * and 2.1.2.5). Pure.
 *
 * @param relative true if it leads on from the folder it stands in
 * @param target where it leads: a relative one with slashes, any other as Windows has it but for
 *     the prefix {@code \??\}
 */
public record NtfsReparse(boolean relative, LinkTarget target) {
  private static final int JUNCTION = 0xA0000003;
  private static final int SYMBOLIC_LINK = 0xA000000C;
  private static final int HEADER_BYTES = 8;
  private static final int NAMES_BYTES = 8;
  private static final int FLAGS_BYTES = 4;
  private static final int ZERO_BYTES = 2;
  private static final String PREFIX = "\\??\\";

  /** What these bytes say; empty if they are of another kind, or damaged. */
  public static Optional<NtfsReparse> parse(byte[] bytes) {
    ByteBuffer data = little(bytes);
    if (bytes.length < HEADER_BYTES + NAMES_BYTES + FLAGS_BYTES) {
      return Optional.empty();
    }
    int tag = data.getInt(0);
    if (tag != JUNCTION && tag != SYMBOLIC_LINK) {
      return Optional.empty();
    }
    int names = HEADER_BYTES + NAMES_BYTES + (tag == SYMBOLIC_LINK ? FLAGS_BYTES : 0);
    int from = names + Short.toUnsignedInt(data.getShort(HEADER_BYTES));
    int length = Short.toUnsignedInt(data.getShort(HEADER_BYTES + 2));
    if (from + length > bytes.length || length % 2 != 0) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder();
    for (int at = from; at < from + length; at += 2) {
      text.append(data.getChar(at));
    }
    boolean flagged = tag == SYMBOLIC_LINK && (data.getInt(names - FLAGS_BYTES) & 1) != 0;
    return of(flagged, text.toString());
  }

  private static Optional<NtfsReparse> of(boolean flagged, String path) {
    // From the root of its volume, which is another one on each machine.
    boolean relative = flagged && !path.startsWith("\\");
    String absolute = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : path;
    byte[] target = Wtf8.encode(relative ? path.replace('\\', '/') : absolute);
    try {
      return Optional.of(new NtfsReparse(relative, LinkTarget.of(target)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Data as a property of the link they are of. */
  public static Property property(byte[] data, boolean directory) {
    return new Property(
        directory && !isJunction(data) ? Property.REPARSE_DIRECTORY : Property.REPARSE, data);
  }

  /** The property a link has its data in, if it has. */
  public static Optional<Property> of(Attributes attributes) {
    return attributes.properties().stream().filter(one -> isData(one.key())).findAny();
  }

  /** True if a property of this key is the data of a reparse point. */
  public static boolean isData(Name key) {
    return key.equals(Property.REPARSE) || key.equals(Property.REPARSE_DIRECTORY);
  }

  /** True if what has this data is a directory on NTFS. */
  public static boolean isDirectory(Property property) {
    return property.key().equals(Property.REPARSE_DIRECTORY) || isJunction(property.value());
  }

  private static boolean isJunction(byte[] data) {
    return data.length >= Integer.BYTES && little(data).getInt(0) == JUNCTION;
  }

  /** A junction to a path that begins with the prefix. */
  static Property junction(String path) {
    byte[] text = path.getBytes(StandardCharsets.UTF_16LE);
    // A name to follow and none to show, each with a zero behind.
    int names = text.length + 2 * ZERO_BYTES;
    byte[] data = new byte[HEADER_BYTES + NAMES_BYTES + names];
    little(data)
        .putInt(JUNCTION)
        .putShort((short) (NAMES_BYTES + names))
        .putShort((short) 0)
        .putShort((short) 0)
        .putShort((short) text.length)
        .putShort((short) (text.length + ZERO_BYTES))
        .putShort((short) 0)
        .put(text);
    return new Property(Property.REPARSE, data);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
