package io.sluice.exchange;

import io.sluice.content.TestContent;
import io.sluice.filesystem.TestReparsePoint;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Property;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A folder on NTFS with what only NTFS keeps. */
final class NtfsTree {
  private NtfsTree() {}

  static void fill(Path root) throws Exception {
    for (String name : new String[] {"a", "plain", "Ünï😀", "read-only"}) {
      Files.write(root.resolve(name), TestContent.text(name.length(), 1_000 * name.length()));
    }
    Files.write(root.resolve("big"), TestContent.noise(1, 700_000));
    Files.createFile(root.resolve("empty"));
    Path inner = Files.createDirectories(root.resolve("d/inner"));
    Files.write(inner.resolve("same as a"), TestContent.text(1, 1_000));
    RichTree.stream(root.resolve("a"), "stream", TestContent.text(9, 3_000));
    RichTree.stream(root.resolve("a"), "Zweiter ß😀", TestContent.text(1, 1_000));
    RichTree.stream(root.resolve("a"), "none", new byte[0]);
    RichTree.stream(root.resolve("empty"), "only", new byte[] {1});
    RichTree.stream(inner, "of a folder", TestContent.text(3, 50));
    RichTree.PLATFORM.createHardLink(inner.resolve("zlink"), root.resolve("plain"));
    link(root.resolve("absolute"), "/etc/passwd");
    link(root.resolve("dangling"), "../no/where");
    link(inner.resolve("up"), "../../a");
    link(root.resolve("link"), "d/inner");
    leadingElsewhere(inner);
    set(root.resolve("a"), 1_700_000_000, 7_000, "20", 1_500_000_000L);
    set(root.resolve("plain"), -86_400, 500, "26", 1_400_000_000L);
    set(inner, 1_600_000_000, 0, "2", 1_300_000_000L);
    set(root.resolve("read-only"), 1_600_000_001, 0, "21", 1_300_000_001L);
    RichTree.PLATFORM.setAttributes(
        root.resolve("a"),
        new Attributes(
            0755,
            1_700_000_000,
            7_000,
            List.of(new Property(Property.SECURITY_DESCRIPTOR, descriptor(0x1200a9)))));
  }

  /**
   * Links that Windows has and Linux does not, to places that are on the volume and that are not.
   */
  private static void leadingElsewhere(Path folder) throws Exception {
    point(folder, "junction", TestReparsePoint.junction("\\??\\C:\\d\\inner"));
    point(folder, "share", TestReparsePoint.absolute("\\??\\UNC\\server\\share"));
    point(folder, "to-file", TestReparsePoint.absolute("\\??\\C:\\no\\Ünï😀"));
    point(folder, "to-program", TestReparsePoint.program("Some.Program\0C:\\program.exe\0"));
    point(folder, "to-foreign", TestReparsePoint.foreign(new byte[] {1, 2, 3, 4, 5}));
    point(folder, "to-linux", TestReparsePoint.linux("/usr/lib/é"));
    RichTree.PLATFORM.setAttributes(
        folder.resolve("junction"),
        new Attributes(
            0777,
            1_500_000_000,
            100,
            List.of(
                Property.of(Property.BIRTH, "1400000000.000000700"),
                Property.of(Property.DOS, "26"),
                new Property(Property.REPARSE, TestReparsePoint.junction("\\??\\C:\\d\\inner")),
                new Property(Property.SECURITY_DESCRIPTOR, descriptor(0x1200a9)))));
  }

  private static void point(Path folder, String name, byte[] bytes) throws Exception {
    Path entry = folder.resolve(name);
    TestReparsePoint.set(
        name.startsWith("to-") ? Files.createFile(entry) : Files.createDirectory(entry), bytes);
  }

  /** Streams no extended attribute holds, and many of one file. */
  static void addLargeStreams(Path root) throws Exception {
    RichTree.stream(root.resolve("big"), "large", TestContent.noise(7, 3_000_000));
    RichTree.stream(root.resolve("d"), "large", TestContent.text(8, 65_537));
    for (int i = 0; i < 100; i++) {
      RichTree.stream(root.resolve("empty"), "s" + i, TestContent.text(i, i));
    }
  }

  private static void link(Path link, String target) throws Exception {
    RichTree.PLATFORM.createSymlink(link, LinkTarget.of(target.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writable again, so that the volume can be emptied. */
  static void unlock(Path root) throws Exception {
    set(root.resolve("read-only"), 1_600_000_001, 0, "20", 1_300_000_001L);
  }

  private static void set(Path entry, long seconds, int nanos, String dos, long birth)
      throws Exception {
    RichTree.PLATFORM.setAttributes(
        entry,
        new Attributes(
            0755,
            seconds,
            nanos,
            List.of(
                Property.of(Property.BIRTH, birth + ".000000100"),
                Property.of(Property.DOS, dos))));
  }

  /** Self-relative: owner and group are the administrators; everybody has these rights. */
  private static byte[] descriptor(int rights) {
    ByteBuffer to = ByteBuffer.allocate(20 + 16 + 16 + 8 + 20).order(ByteOrder.LITTLE_ENDIAN);
    to.put((byte) 1).put((byte) 0).putShort((short) 0x8004);
    to.putInt(20).putInt(36).putInt(0).putInt(52);
    for (int i = 0; i < 2; i++) {
      to.put((byte) 1).put((byte) 2).put(new byte[] {0, 0, 0, 0, 0, 5}).putInt(32).putInt(544);
    }
    to.put((byte) 2).put((byte) 0).putShort((short) 28).putShort((short) 1).putShort((short) 0);
    to.put((byte) 0).put((byte) 0).putShort((short) 20).putInt(rights);
    to.put((byte) 1).put((byte) 1).put(new byte[] {0, 0, 0, 0, 0, 1}).putInt(0);
    return to.array();
  }
}
