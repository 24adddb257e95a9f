package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/** Data of reparse points as Windows writes them ([MS-FSCC] 2.1.2), put on entries of NTFS. */
public final class TestReparsePoint {
  private static final String ATTRIBUTE = "system.ntfs_reparse_data";

  private TestReparsePoint() {}

  /** A junction: a path that begins with {@code \??\}, and what a user is shown of it. */
  public static byte[] junction(String path) {
    byte[] names = names(path, shown(path));
    return tagged(0xA0000003, names);
  }

  /** A symbolic link to a path that begins with a prefix and a drive. */
  public static byte[] absolute(String path) {
    return link(path, shown(path), 0);
  }

  /** A symbolic link that leads on from where it stands, or from the root of its volume. */
  public static byte[] relative(String path) {
    return link(path, path, 1);
  }

  private static String shown(String path) {
    return path.startsWith("\\??\\") ? path.substring(4) : path;
  }

  private static byte[] link(String followed, String shown, int flags) {
    byte[] names = names(followed, shown);
    return tagged(
        0xA000000C,
        little(names.length + 4)
            .put(names, 0, 8)
            .putInt(flags)
            .put(names, 8, names.length - 8)
            .array());
  }

  /** Offsets and lengths, then both names, each with a zero behind. */
  private static byte[] names(String followed, String shown) {
    byte[] first = followed.getBytes(StandardCharsets.UTF_16LE);
    byte[] second = shown.getBytes(StandardCharsets.UTF_16LE);
    return little(8 + first.length + 2 + second.length + 2)
        .putShort((short) 0)
        .putShort((short) first.length)
        .putShort((short) (first.length + 2))
        .putShort((short) second.length)
        .put(first)
        .putShort((short) 0)
        .put(second)
        .array();
  }

  /** A symbolic link of Linux on Windows. */
  public static byte[] linux(String target) {
    byte[] text = target.getBytes(StandardCharsets.UTF_8);
    return tagged(0xA000001D, little(4 + text.length).putInt(2).put(text).array());
  }

  /** An installed program that stands for another one. */
  public static byte[] program(String text) {
    byte[] names = text.getBytes(StandardCharsets.UTF_16LE);
    return tagged(0x8000001B, little(4 + names.length).putInt(3).put(names).array());
  }

  /** One of another maker that stands for another name; with the identifier such have. */
  public static byte[] foreign(byte[] data) {
    return little(24 + data.length)
        .putInt(0x20000042)
        .putShort((short) data.length)
        .putShort((short) 0)
        .putLong(0x0123456789abcdefL)
        .putLong(0x0123456789abcdefL)
        .put(data)
        .array();
  }

  /** The same of any kind. */
  public static byte[] tagged(int tag, byte[] data) {
    return little(8 + data.length)
        .putInt(tag)
        .putShort((short) data.length)
        .putShort((short) 0)
        .put(data)
        .array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Makes an empty file or directory one. */
  public static void set(Path entry, byte[] data) throws IOException {
    String hex = "0x" + HexFormat.of().formatHex(data);
    assertThat(TestVolume.run("setfattr", "-h", "-n", ATTRIBUTE, "-v", hex, entry.toString()))
        .isEmpty();
    // The kernel takes it for what it was until it has failed once.
    TestVolume.run("stat", entry.toString());
  }

  /** What an entry has, as {@code getfattr} reads it. */
  public static String of(Path entry) throws IOException {
    return read(entry, ATTRIBUTE);
  }

  /** All bits NTFS has of an entry, in hexadecimal. */
  public static String bits(Path entry) throws IOException {
    return read(entry, "system.ntfs_attrib_be");
  }

  private static String read(Path entry, String attribute) throws IOException {
    Process process =
        new ProcessBuilder("getfattr", "-h", "--only-values", "-n", attribute, entry.toString())
            .start();
    return HexFormat.of().formatHex(process.getInputStream().readAllBytes());
  }
}
