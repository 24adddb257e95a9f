package io.sluice.filesystem;

import io.sluice.manifest.LinkTarget;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A reparse point of NTFS that leads elsewhere: a junction or a symbolic link ([MS-FSCC] 2.1.2.4
 * and 2.1.2.5). ntfs-3g shows where one leads below its own mount, which is true nowhere else.
 * Pure.
 *
 * @param relative true if it leads on from the folder it stands in
 * @param target where it leads, as Windows has it but for the prefix {@code \??\}
 */
record NtfsReparse(boolean relative, LinkTarget target) {
  private static final int JUNCTION = 0xA0000003;
  private static final int SYMBOLIC_LINK = 0xA000000C;
  private static final int HEADER_BYTES = 8;
  private static final int NAMES_BYTES = 8;
  private static final int FLAGS_BYTES = 4;
  private static final String BELOW_MOUNT = "/.NTFS-3G/";
  private static final String PREFIX = "\\??\\";

  /** True if ntfs-3g shows this target for a path that begins with a drive. */
  static boolean isBelowMount(byte[] target) {
    return new String(target, StandardCharsets.ISO_8859_1).contains(BELOW_MOUNT);
  }

  /** What these bytes say; empty if they are of another kind, or damaged. */
  static Optional<NtfsReparse> parse(byte[] bytes) {
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
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
    boolean relative = tag == SYMBOLIC_LINK && (data.getInt(names - FLAGS_BYTES) & 1) != 0;
    String path = text.toString();
    byte[] target = Wtf8.encode(path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : path);
    try {
      return Optional.of(new NtfsReparse(relative, LinkTarget.of(target)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
