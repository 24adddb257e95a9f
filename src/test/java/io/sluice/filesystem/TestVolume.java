package io.sluice.filesystem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A real file system for a test, mounted for as long as it is open. What this machine cannot mount
 * skips the test with the reason.
 */
public final class TestVolume implements AutoCloseable {
  private static final long NTFS_BYTES = 96L << 20;

  private final Path base;
  private final Path root;
  private boolean mounted;

  private TestVolume(Path base, Path root, boolean mounted) {
    this.base = base;
    this.root = root;
    this.mounted = mounted;
  }

  /** A folder on the disk that holds the temporary files. */
  public static TestVolume plain() throws IOException {
    Path base = Files.createTempDirectory("sluice-volume");
    return new TestVolume(base, Files.createDirectory(base.resolve("root")), false);
  }

  /** A tmpfs of so many bytes. */
  public static TestVolume tmpfs(long bytes) throws IOException {
    TestVolume volume = plain();
    volume.mount("mount", "-t", "tmpfs", "-o", "size=" + bytes + ",mode=755", "sluice-test");
    return volume;
  }

  /** A fresh NTFS volume through ntfs-3g. */
  public static TestVolume ntfs(String streamsInterface, String... options) throws IOException {
    return ntfs(NTFS_BYTES, streamsInterface, options);
  }

  /** The same of so many bytes; the disk below gives only what is used of them. */
  public static TestVolume ntfs(long bytes, String streamsInterface, String... options)
      throws IOException {
    TestVolume volume = plain();
    Path image = volume.base.resolve("image");
    try (java.nio.channels.SeekableByteChannel file =
        Files.newByteChannel(
            image,
            java.nio.file.StandardOpenOption.CREATE_NEW,
            java.nio.file.StandardOpenOption.WRITE)) {
      file.position(bytes - 1).write(java.nio.ByteBuffer.wrap(new byte[1]));
    }
    volume.require("mkntfs", "-F", "-Q", image.toString());
    volume.attach(streamsInterface, options);
    return volume;
  }

  /** A fresh ext4 on a loop device, made with these options. */
  public static TestVolume ext4(String... options) throws IOException {
    TestVolume volume = plain();
    Path image = volume.base.resolve("image");
    Files.write(image, new byte[0]);
    volume.require("truncate", "-s", "16M", image.toString());
    List<String> make = new ArrayList<>(List.of("mkfs.ext4", "-q", "-F"));
    make.addAll(List.of(options));
    make.add(image.toString());
    volume.require(make.toArray(String[]::new));
    volume.mount("mount", "-o", "loop", image.toString());
    return volume;
  }

  /** A fresh NTFS volume on which names that differ in case only are one. */
  public static TestVolume ntfsWithoutCase() throws IOException {
    TestVolume volume = ntfs("windows");
    volume.unmount();
    volume.mount(
        "lowntfs-3g",
        "-o",
        "streams_interface=xattr,ignore_case",
        volume.base.resolve("image").toString());
    return volume;
  }

  /** A fresh XFS on a loop device; files can share blocks there. */
  public static TestVolume xfs() throws IOException {
    return looped("320M", List.of(), "mkfs.xfs", "-q", "-m", "reflink=1");
  }

  /** A fresh btrfs on a loop device; files can share blocks there. */
  public static TestVolume btrfs() throws IOException {
    return looped("160M", List.of(), "mkfs.btrfs", "-q");
  }

  /** A fresh FAT on a loop device, with long names in UTF-8. */
  public static TestVolume vfat() throws IOException {
    return looped("64M", List.of("-o", "loop,utf8"), "mkfs.vfat");
  }

  private static TestVolume looped(String size, List<String> options, String... make)
      throws IOException {
    TestVolume volume = plain();
    Path image = volume.base.resolve("image");
    volume.require("truncate", "-s", size, image.toString());
    List<String> command = new ArrayList<>(List.of(make));
    command.add(image.toString());
    volume.require(command.toArray(String[]::new));
    List<String> mount = new ArrayList<>(List.of("mount"));
    mount.addAll(options.isEmpty() ? List.of("-o", "loop") : options);
    mount.add(image.toString());
    volume.mount(mount.toArray(String[]::new));
    return volume;
  }

  /** Mounts the NTFS volume another way; files stay. */
  public void remount(String streamsInterface) throws IOException {
    unmount();
    attach(streamsInterface);
  }

  /** Unmounts the volume and tells the file that holds it; {@link #remount} mounts it again. */
  public Path released() throws IOException {
    unmount();
    return base.resolve("image");
  }

  /**
   * What a command says of the image, which is not mounted meanwhile; mounted for windows again.
   */
  public String ask(String... command) throws IOException {
    unmount();
    List<String> whole = new ArrayList<>(List.of(command));
    whole.add(base.resolve("image").toString());
    Process process = new ProcessBuilder(whole).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    attach("windows");
    return said;
  }

  private void attach(String streamsInterface, String... options) throws IOException {
    StringBuilder all = new StringBuilder("streams_interface=" + streamsInterface);
    for (String option : options) {
      all.append(',').append(option);
    }
    mount("ntfs-3g", "-o", all.toString(), base.resolve("image").toString());
  }

  public Path root() {
    return root;
  }

  /** A new empty folder on the volume. */
  public Path folder(String name) throws IOException {
    Path folder = root.resolve(name);
    delete(folder);
    return Files.createDirectory(folder);
  }

  private void mount(String... command) throws IOException {
    List<String> whole = new ArrayList<>(List.of(command));
    whole.add(root.toString());
    require(whole.toArray(String[]::new));
    mounted = true;
  }

  private void unmount() throws IOException {
    if (mounted) {
      String said = run("umount", root.toString());
      if (!said.isEmpty()) {
        said = run("umount", "-l", root.toString());
      }
      if (!said.isEmpty()) {
        throw new IOException("cannot unmount " + root + ": " + said);
      }
      mounted = false;
    }
  }

  private void require(String... command) throws IOException {
    String said;
    try {
      said = run(command);
    } catch (IOException e) {
      said = String.valueOf(e.getMessage());
    }
    if (!said.isEmpty()) {
      close();
      Assumptions.abort("this machine cannot run " + String.join(" ", command) + ": " + said);
    }
  }

  /** Runs a command; empty if it went well, else what it said. */
  public static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    try {
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0 ? "" : "failed, " + said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("while running " + command[0]);
    }
  }

  @Override
  public void close() throws IOException {
    unmount();
    delete(base);
  }

  /** Deletes a tree, links as links. */
  public static void delete(Path tree) throws IOException {
    if (!Files.exists(tree, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> all = new ArrayList<>();
    Files.walkFileTree(
        tree,
        new java.nio.file.SimpleFileVisitor<>() {
          @Override
          public java.nio.file.FileVisitResult preVisitDirectory(
              Path directory, BasicFileAttributes attributes) {
            all.add(directory);
            return java.nio.file.FileVisitResult.CONTINUE;
          }

          @Override
          public java.nio.file.FileVisitResult visitFile(
              Path file, BasicFileAttributes attributes) {
            all.add(file);
            return java.nio.file.FileVisitResult.CONTINUE;
          }
        });
    Collections.reverse(all);
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
