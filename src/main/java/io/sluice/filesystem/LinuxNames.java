package io.sluice.filesystem;

import io.sluice.manifest.Name;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Names of extended attributes and paths of streams, in bytes. */
final class LinuxNames {
  private static final byte[] USER = ascii("user.");

  private LinuxNames() {}

  /**
   * The path that reaches a stream. A directory's is written {@code directory/:stream}: without the
   * slash, a mount point's would name a file of the file system it is mounted on.
   */
  static byte[] streamPath(byte[] entry, Name stream, boolean directory) {
    byte[] name = stream.bytes();
    byte[] joint = ascii(directory ? "/:" : ":");
    byte[] whole = Arrays.copyOf(entry, entry.length + joint.length + name.length);
    System.arraycopy(joint, 0, whole, entry.length, joint.length);
    System.arraycopy(name, 0, whole, entry.length + joint.length, name.length);
    return whole;
  }

  /** Names that have a zero byte behind each. */
  static List<byte[]> split(byte[] names) {
    return split(names, (byte) 0);
  }

  static List<byte[]> split(byte[] names, byte end) {
    List<byte[]> split = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= names.length; i++) {
      if (i == names.length || names[i] == end) {
        if (i > from) {
          split.add(Arrays.copyOfRange(names, from, i));
        }
        from = i + 1;
      }
    }
    return split;
  }

  static boolean isUser(byte[] attribute) {
    return attribute.length > USER.length
        && Arrays.equals(attribute, 0, USER.length, USER, 0, USER.length);
  }

  static byte[] withoutPrefix(byte[] attribute) {
    return Arrays.copyOfRange(attribute, USER.length, attribute.length);
  }

  static byte[] attribute(Name stream) {
    return attribute(stream.bytes());
  }

  static byte[] attribute(byte[] name) {
    byte[] attribute = Arrays.copyOf(USER, USER.length + name.length);
    System.arraycopy(name, 0, attribute, USER.length, name.length);
    return attribute;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
