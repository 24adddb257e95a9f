package io.sluice.filesystem;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A reparse point of NTFS as a link ([MS-FSCC] 2.1.2): a junction, a symbolic link, one of Linux on
 * Windows; or another of which nothing is kept but its data: one that stands for another name, or
 * for an installed program. What stands for content that is kept elsewhere is none. Pure.
 *
 * @param relative true if it leads on from the folder it stands in
 * @param target where it leads: a relative one with slashes, any other as Windows has it but for
 *     the prefix {@code \??\}; of what only Windows can follow a text that says so
 */
public record NtfsReparse(boolean relative, LinkTarget target) {
  /** What stands before the data proper: a tag, their length, a reserved field. */
  public static final int HEAD_BYTES = 8;

  private static final int JUNCTION = 0xA0000003;
  private static final int SYMBOLIC_LINK = 0xA000000C;
  private static final int LINUX_LINK = 0xA000001D;
  private static final int PROGRAM = 0x8000001B;

  /** Set in the tags of those that stand for another name. */
  private static final int SURROGATE = 0x20000000;

  private static final int LINUX_LINK_VERSION = 2;

  private static final int CLOUD = 0x9000001A;
  private static final int CLOUD_VARIANTS = 0xF000;

  /** Of a tag that is not Microsoft's, behind the head and not counted in the length. */
  private static final int IDENTIFIER_BYTES = 16;

  private static final int NAMES_BYTES = 8;
  private static final int FLAGS_BYTES = 4;
  private static final int ZERO_BYTES = 2;
  private static final String PREFIX = "\\??\\";

  /** What these bytes say; empty if they are of another kind, or damaged. */
  public static Optional<NtfsReparse> parse(byte[] bytes) {
    if (!isSound(bytes)) {
      return Optional.empty();
    }
    return switch (tag(bytes)) {
      case JUNCTION, SYMBOLIC_LINK -> ofWindows(bytes);
      case LINUX_LINK -> ofLinux(bytes);
      default -> ofOther(tag(bytes));
    };
  }

  private static Optional<NtfsReparse> ofOther(int tag) {
    String text = "reparse point 0x%08x".formatted(tag);
    return (tag & SURROGATE) != 0 || tag == PROGRAM
        ? of(false, text.getBytes(StandardCharsets.US_ASCII))
        : Optional.empty();
  }

  /** What a reparse point is that is no link, for messages. */
  public static String kind(int tag) {
    String kind =
        switch (tag) {
          case 0x80000013 -> "deduplicated";
          case 0x80000017 -> "compressed by WOF";
          case 0x80000006, 0xC0000004 -> "moved to other storage by HSM";
          case 0x80000007 -> "kept in the single instance store";
          case JUNCTION, SYMBOLIC_LINK, LINUX_LINK -> "a damaged link";
          default ->
              (tag & ~CLOUD_VARIANTS) == CLOUD ? "a cloud placeholder" : "of no kind known here";
        };
    return "%s, tag 0x%08x".formatted(kind, tag);
  }

  private static int tag(byte[] sound) {
    return little(sound).getInt(0);
  }

  /** True if head and length of these bytes are those of a reparse point. */
  private static boolean isSound(byte[] bytes) {
    if (bytes.length < HEAD_BYTES) {
      return false;
    }
    int identifier = tag(bytes) < 0 ? 0 : IDENTIFIER_BYTES;
    int length = Short.toUnsignedInt(little(bytes).getShort(Integer.BYTES));
    return bytes.length == HEAD_BYTES + identifier + length;
  }

  /** The bytes NTFS has, of what follows their head. */
  public static byte[] data(int tag, short reserved, byte[] rest) {
    int identifier = tag < 0 ? 0 : IDENTIFIER_BYTES;
    byte[] data = new byte[HEAD_BYTES + rest.length];
    little(data)
        .putInt(tag)
        .putShort((short) (rest.length - identifier))
        .putShort(reserved)
        .put(rest);
    return data;
  }

  private static Optional<NtfsReparse> ofLinux(byte[] bytes) {
    int from = HEAD_BYTES + Integer.BYTES;
    return bytes.length > from && little(bytes).getInt(HEAD_BYTES) == LINUX_LINK_VERSION
        ? of(false, Arrays.copyOfRange(bytes, from, bytes.length))
        : Optional.empty();
  }

  private static Optional<NtfsReparse> ofWindows(byte[] bytes) {
    ByteBuffer data = little(bytes);
    int tag = tag(bytes);
    int names = HEAD_BYTES + NAMES_BYTES + (tag == SYMBOLIC_LINK ? FLAGS_BYTES : 0);
    if (bytes.length < names) {
      return Optional.empty();
    }
    int from = names + Short.toUnsignedInt(data.getShort(HEAD_BYTES));
    int length = Short.toUnsignedInt(data.getShort(HEAD_BYTES + 2));
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
    return of(relative, Wtf8.encode(relative ? path.replace('\\', '/') : absolute));
  }

  private static Optional<NtfsReparse> of(boolean relative, byte[] target) {
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

  /** The property a link has the data in that it can be made again from, if it has. */
  public static Optional<Property> in(Attributes attributes) {
    return attributes.properties().stream()
        .filter(one -> isData(one.key()) && parse(one.value()).isPresent())
        .findAny();
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
    return isSound(data) && tag(data) == JUNCTION;
  }

  /** A junction to a path that begins with the prefix. */
  static Property junction(String path) {
    byte[] text = path.getBytes(StandardCharsets.UTF_16LE);
    // A name to follow and none to show, each with a zero behind.
    int names = text.length + 2 * ZERO_BYTES;
    byte[] data = new byte[HEAD_BYTES + NAMES_BYTES + names];
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
