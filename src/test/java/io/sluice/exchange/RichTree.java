package io.sluice.exchange;

import io.sluice.capture.Capture;
import io.sluice.capture.Captured;
import io.sluice.capture.Options;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import io.sluice.parallel.CallerThread;
import io.sluice.time.SystemClock;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A folder with a bit of everything a Linux disk keeps, and captures of folders. */
final class RichTree {
  /** What the folder has beside the usual. */
  static final String KEEP = "owner,setuid,xattr:trusted.*";

  static final Platform PLATFORM = Platforms.ofThisMachine();

  private static final byte[] LATIN_1 = "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1);

  private final Path root;

  private RichTree(Path root) {
    this.root = root;
  }

  /** Skips the test where such a folder cannot be made, or a program is missing. */
  static void require(String... commands) {
    Assumptions.assumeTrue("Linux".equals(System.getProperty("os.name")), "needs Linux");
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    for (String command : commands) {
      try {
        Assumptions.assumeTrue(
            TestVolume.run(command, "--version").isEmpty(), command + " is not there");
      } catch (IOException missing) {
        Assumptions.abort(command + " is not there");
      }
    }
  }

  static Captured capture(Path source, Library library, String keep) throws Exception {
    return capturing(PLATFORM, library).capture(source, options(keep));
  }

  /** Captures what an archive shows. */
  static Captured captureOnce(ArchivePlatform archive, Path root, Library library, String keep)
      throws Exception {
    return capturing(archive, library).captureOnce(root, options(keep));
  }

  private static Capture capturing(Platform platform, Library library) {
    return new Capture(platform, new CallerThread(), library, new SystemClock());
  }

  private static Options options(String keep) throws Exception {
    return new Options(List.of(), bytes -> {}, true, Keep.parse(keep));
  }

  static Path make(TestVolume volume) throws Exception {
    RichTree tree = new RichTree(volume.folder("source"));
    tree.files();
    tree.links();
    tree.attributes();
    tree.times();
    return tree.root;
  }

  private Path file(Path folder, byte[] name, byte[] bytes) throws Exception {
    Path file = PLATFORM.child(folder, Name.of(name));
    try (OutputStream out = PLATFORM.createFile(file)) {
      out.write(bytes);
    }
    PLATFORM.setAttributes(file, new Attributes(0644, 1_600_000_000, 123_456_789));
    return file;
  }

  private Path file(String name, byte[] bytes) throws Exception {
    return file(root, name.getBytes(StandardCharsets.UTF_8), bytes);
  }

  static void stream(Path entry, String name, byte[] bytes) throws Exception {
    try (OutputStream out = PLATFORM.writeStream(entry, new Stream(Name.of(name), bytes.length))) {
      out.write(bytes);
    }
  }

  private void files() throws Exception {
    file("empty", new byte[0]);
    file("block", TestContent.text(1, 512));
    file("big", TestContent.noise(2, 3_000_001));
    file("Ünï😀", new byte[] {1});
    file("line\nbreak \\ back", new byte[] {2});
    file(root, LATIN_1, new byte[] {3});
    file(root, "l".repeat(255).getBytes(StandardCharsets.UTF_8), new byte[] {4});
    Path deep = root;
    for (int i = 0; i < 6; i++) {
      deep = Files.createDirectory(deep.resolve("d" + i + "-" + "é".repeat(40)));
    }
    file(deep, "end".getBytes(StandardCharsets.UTF_8), new byte[] {5});
    file(deep, (char) 0x41 + "\u00e9".repeat(3) + "z".repeat(90), new byte[] {6});
    Files.createDirectory(root.resolve("nothing in it"));
    Path holes = root.resolve("holes");
    try (FileChannel out =
        FileChannel.open(holes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 1; i < 40; i++) {
        out.write(ByteBuffer.wrap(TestContent.noise(i, 4096)), i * 100L * 4096);
      }
      out.write(ByteBuffer.wrap(new byte[] {1}), 30 << 20);
      out.truncate(30 << 20);
    }
  }

  private void file(Path folder, String name, byte[] bytes) throws Exception {
    file(folder, name.getBytes(StandardCharsets.UTF_8), bytes);
  }

  private void links() throws Exception {
    PLATFORM.createSymlink(root.resolve("dangling"), LinkTarget.of(new byte[] {'x'}));
    PLATFORM.createSymlink(root.resolve("to-latin"), LinkTarget.of(LATIN_1));
    PLATFORM.createSymlink(
        root.resolve("far"), LinkTarget.of("../".repeat(100).getBytes(StandardCharsets.UTF_8)));
    PLATFORM.createHardLink(root.resolve("a-second-name"), root.resolve("big"));
    PLATFORM.createHardLink(root.resolve("nothing in it/third"), root.resolve("big"));
  }

  private void attributes() throws Exception {
    Path file = file("with everything", TestContent.text(3, 10_000));
    stream(file, "one", new byte[] {1, 0, 10, '='});
    stream(file, "none", new byte[0]);
    stream(root.resolve("nothing in it"), "of a folder", TestContent.text(4, 600));
    stream(root, "of the root", TestContent.text(5, 100));
    PLATFORM.setAttributes(
        file,
        new Attributes(
            06751,
            1_700_000_000,
            1,
            List.of(
                Property.of(
                    Property.ACL, "u::rwx,u:1:r--,u:4294967:rw-,g::r-x,g:2:--x,m::r-x,o::--x"),
                Property.of(Property.OWNER, "1::70000:"),
                Property.of(Name.of("xattr:trusted.text"), "a\nb"),
                new Property(Name.of("xattr:trusted.z"), new byte[] {0, -1, 10}))));
    PLATFORM.setAttributes(
        root.resolve("nothing in it"),
        new Attributes(
            01777,
            1_700_000_001,
            0,
            List.of(
                Property.of(Property.ACL_DEFAULT, "u::rwx,u:1:r-x,g::---,m::r-x,o::---"),
                Property.of(Property.OWNER, "3000000:somebody:2:bin"))));
  }

  private void times() throws Exception {
    PLATFORM.setAttributes(root.resolve("empty"), new Attributes(0, 0, 1));
    PLATFORM.setAttributes(root.resolve("block"), new Attributes(0400, 1L << 33, 0));
    PLATFORM.setAttributes(root, new Attributes(0755, 86_400, 0));
  }

  /** Gives a folder that was made here times libarchive 3.6 cannot set: before 1970. */
  static void makeOlder(Path root) throws Exception {
    PLATFORM.setAttributes(root.resolve("empty"), new Attributes(0, -1, 500_000_000));
    PLATFORM.setAttributes(root, new Attributes(0755, -86_400, 0));
  }
}
