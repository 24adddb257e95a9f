package io.sluice.trust;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;

/**
 * PEM files (RFC 7468) of keys and certificates. A file appears whole, durable and with its final
 * mode or not at all: it is made under a temporary name with mode 0600 (secret) or 0644, forced,
 * renamed, and its folder forced. On a file system without POSIX permissions the folder's access
 * rules hold.
 */
final class KeyFiles {
  /** The most bytes of a PEM file or text; keys and chains here take under 4 KiB. */
  static final int PEM_BYTES_MAX = 16 * 1024;

  private static final int LINE = 64;

  private KeyFiles() {}

  /** Writes a file only its owner may read, replacing one of that name. */
  static void writeSecret(Path file, String text) throws Failure {
    write(file, text, "rw-------");
  }

  /** Writes a file everybody may read, replacing one of that name. */
  static void writePublic(Path file, String text) throws Failure {
    write(file, text, "rw-r--r--");
  }

  private static void write(Path file, String text, String mode) throws Failure {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException("a file system's root: " + file);
    }
    Path temporary = folder.resolve("." + file.getFileName() + ".temporary");
    try {
      Files.deleteIfExists(temporary);
      Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (FileChannel channel = FileChannel.open(temporary, options, attributes(folder, mode))) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(folder);
    } catch (IOException e) {
      throw Failure.temporary(
              Code.DISK_ERROR,
              "writing the key file " + file,
              reason(e),
              "make the folder writable for the user the server runs as")
          .because(e);
    }
  }

  private static FileAttribute<?>[] attributes(Path folder, String mode) {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[] {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
      };
    }
    return new FileAttribute<?>[0];
  }

  private static void forceFolder(Path folder) throws IOException {
    // Windows cannot open a folder as a file; its rename is durable with the volume's journal.
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** A file's text; KEY_INVALID if it is not there, too large or not ASCII. */
  static String read(Path file) throws Failure {
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(PEM_BYTES_MAX + 1);
      if (bytes.length > PEM_BYTES_MAX) {
        throw invalid(file.toString(), "it is larger than " + PEM_BYTES_MAX + " bytes");
      }
      return new String(bytes, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      throw invalid(file.toString(), "the file does not exist").because(e);
    } catch (IOException e) {
      throw Failure.temporary(
              Code.DISK_ERROR,
              "reading the key file " + file,
              reason(e),
              "make the file readable for the user the server runs as")
          .because(e);
    }
  }

  static Failure invalid(String what, String why) {
    return Failure.permanent(
        Code.KEY_INVALID,
        "reading " + what,
        why,
        "put the right file back; if it is lost, enrol the site anew");
  }

  /** DER bytes as one PEM block with a final line feed. */
  static String pem(String label, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
    return "-----BEGIN "
        + label
        + "-----\n"
        + lines.encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /**
   * The bytes of a text that is exactly one PEM block of this label, as {@link #pem} prints it
   * (lines may also end in CR LF).
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  static byte[] unpem(String label, String text) {
    if (text.length() > PEM_BYTES_MAX) {
      throw new IllegalArgumentException("it is longer than " + PEM_BYTES_MAX + " characters");
    }
    String plain = text.replace("\r\n", "\n").strip();
    String head = "-----BEGIN " + label + "-----\n";
    String foot = "\n-----END " + label + "-----";
    if (!plain.startsWith(head)
        || !plain.endsWith(foot)
        || plain.length() < head.length() + foot.length()) {
      throw new IllegalArgumentException("it is not one PEM block \"" + label + "\"");
    }
    String body = plain.substring(head.length(), plain.length() - foot.length());
    byte[] der = StrictJson.base64(body.replace("\n", ""));
    if (der.length == 0) {
      throw new IllegalArgumentException("it is an empty PEM block");
    }
    return der;
  }

  private static String reason(IOException e) {
    if (e instanceof FileSystemException named && named.getReason() != null) {
      return named.getReason();
    }
    return e.getClass().getSimpleName();
  }
}
