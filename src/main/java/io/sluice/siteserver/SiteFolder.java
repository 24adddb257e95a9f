package io.sluice.siteserver;

import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.trust.ClientIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Where a site keeps everything (docs/formats/data-folder.md): the one place that knows the names
 * of its files.
 *
 * @param root the data folder, absolute
 */
record SiteFolder(Path root) {
  /** The content of {@code FORMAT}. */
  static final String FORMAT = "sluice-data 0";

  private static final String FORMAT_WORD = "sluice-data ";

  SiteFolder {
    root = root.toAbsolutePath().normalize();
  }

  /** Says that this is a site's data folder, complete, and of which format. */
  private Path format() {
    return root.resolve("FORMAT");
  }

  /** Says that Sluice is making a data folder here. */
  private Path mark() {
    return root.resolve("FORMAT.unfinished");
  }

  Path configuration() {
    return root.resolve("site.json");
  }

  Path lock() {
    return root.resolve("lock");
  }

  Path adminToken() {
    return root.resolve("admin.token");
  }

  Path addresses() {
    return root.resolve("log").resolve("addresses.json");
  }

  Path database() {
    return root.resolve("database").resolve("sluice.db");
  }

  Path nativeLibraries() {
    return root.resolve("native");
  }

  /** Which folders were taken as distribution points. */
  Path places() {
    return root.resolve("places");
  }

  Path library() {
    return root.resolve("library");
  }

  Path signingKey() {
    return keys("signing.key");
  }

  Path signingPublicKey() {
    return keys("signing.pub");
  }

  Path authorityKey() {
    return keys("authority.key");
  }

  Path authorityCertificate() {
    return keys("authority.pem");
  }

  Path trustedKeys() {
    return keys("trusted.json");
  }

  ClientIdentity.Files parentFiles() {
    return new ClientIdentity.Files(
        keys("parent.key"), keys("parent.pem"), keys("parent-authority.pem"));
  }

  private Path keys(String name) {
    return root.resolve("keys").resolve(name);
  }

  /**
   * Begins a new data folder, or takes up one whose making failed or was interrupted: an empty
   * folder gets a mark before anything else, and only a folder with the mark is gone on with. What
   * else may lie in it stays.
   *
   * @param disk takes the lock that keeps others out until it is closed
   * @throws Failure ALREADY_EXISTS if the folder is a site's or holds anything Sluice did not make;
   *     LIBRARY_IN_USE if another process is making it
   */
  Disk.Lock begin(Disk disk) throws Failure {
    try {
      Files.createDirectories(root);
      if (!Files.exists(mark())) {
        refuseUsed();
        Files.write(mark(), new byte[0], StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        forceFolder(root);
      }
    } catch (FileAlreadyExistsException e) {
      throw unusable(e.getFile() + " is in the way").because(e);
    } catch (IOException e) {
      throw unusable(e.getMessage() == null ? e.toString() : e.getMessage()).because(e);
    }
    Disk.Lock lock = disk.lock(lock());
    boolean begun = false;
    try {
      if (Files.exists(format()) || !Files.exists(mark())) {
        throw used("a site has been made there");
      }
      createFolders();
      begun = true;
      return lock;
    } finally {
      if (!begun) {
        lock.close();
      }
    }
  }

  private void refuseUsed() throws IOException, Failure {
    try (Stream<Path> entries = Files.list(root)) {
      if (entries.findAny().isPresent()) {
        throw used("the folder is there and not empty");
      }
    }
  }

  private Failure used(String why) {
    return Failure.permanent(
        Code.ALREADY_EXISTS,
        "making a data folder at " + root,
        why,
        "name a folder that is empty or does not exist");
  }

  /** Makes the folders of a new data folder, the root with mode 0700. */
  private void createFolders() throws Failure {
    try {
      if (Files.getFileStore(root).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
      }
      for (String folder : new String[] {"keys", "log", "database", "library"}) {
        Files.createDirectories(root.resolve(folder));
      }
    } catch (IOException e) {
      throw unusable(e.getMessage() == null ? e.toString() : e.getMessage()).because(e);
    }
  }

  /** Refuses a folder that is not a data folder, or one of another format. */
  void check() throws Failure {
    Path format = format();
    String text;
    try {
      text = Files.exists(format) ? Files.readString(format).strip() : "";
    } catch (IOException e) {
      throw unusable("cannot read " + format).because(e);
    }
    if (text.isEmpty() && Files.exists(mark())) {
      throw Failure.permanent(
          Code.NOT_FOUND,
          "opening the data folder " + root,
          "the site was not made completely: \"sluice site init\" failed or was interrupted",
          "run \"sluice site init CODE --data DIR\" again, with the same folder");
    }
    if (text.isEmpty()) {
      throw Failure.permanent(
          Code.NOT_FOUND,
          "opening the data folder " + root,
          Files.isDirectory(root) ? "it is not a site's data folder" : "there is no such folder",
          "make one with \"sluice site init CODE --data DIR\"");
    }
    if (!text.equals(FORMAT)) {
      throw Failure.permanent(
          text.startsWith(FORMAT_WORD) ? Code.LIBRARY_TOO_NEW : Code.CONFIGURATION_INVALID,
          "opening the data folder " + root,
          "its format is \"" + text + "\", this release knows \"" + FORMAT + "\"",
          "use the release of Sluice that made it, or a newer one");
    }
  }

  /** Writes a small file whole: temporary file, fsync, rename, fsync of the folder. */
  static void write(Path file, byte[] bytes, boolean secret) throws Failure {
    Path folder = Objects.requireNonNull(file.getParent(), "a file in a folder");
    Path part = folder.resolve(file.getFileName() + ".part");
    try {
      Files.deleteIfExists(part);
      if (secret && Files.getFileStore(folder).supportsFileAttributeView("posix")) {
        Files.createFile(
            part,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(part);
      }
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(folder);
    } catch (IOException e) {
      throw Failure.permanent(
              Code.DISK_ERROR,
              "writing " + file,
              e.getMessage() == null ? e.toString() : e.getMessage(),
              "check the disk and its free space, then start again")
          .because(e);
    }
  }

  /** Marks the folder as complete; the last step of making one: the one mark becomes the other. */
  void seal() throws Failure {
    write(mark(), (FORMAT + "\n").getBytes(StandardCharsets.UTF_8), false);
    try {
      Files.move(mark(), format(), StandardCopyOption.ATOMIC_MOVE);
      forceFolder(root);
    } catch (IOException e) {
      throw unusable(e.getMessage() == null ? e.toString() : e.getMessage()).because(e);
    }
  }

  private static void forceFolder(Path folder) throws IOException {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      return; // Windows cannot open a folder for reading; NTFS journals names by itself.
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private Failure unusable(String why) {
    return Failure.permanent(
        Code.DISK_ERROR, "using the data folder " + root, why, "check its disk and its rights");
  }
}
