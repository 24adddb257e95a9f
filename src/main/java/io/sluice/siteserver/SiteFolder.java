package io.sluice.siteserver;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.trust.ClientIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

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

  /** Makes the folders of a new data folder, the root with mode 0700. */
  void create() throws Failure {
    try {
      Files.createDirectories(root);
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
    Path format = root.resolve("FORMAT");
    String text;
    try {
      text = Files.exists(format) ? Files.readString(format).strip() : "";
    } catch (IOException e) {
      throw unusable("cannot read " + format).because(e);
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

  /** Marks the folder as complete; the last step of making one. */
  void seal() throws Failure {
    write(root.resolve("FORMAT"), (FORMAT + "\n").getBytes(StandardCharsets.UTF_8), false);
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
