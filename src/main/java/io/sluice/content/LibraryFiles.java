package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A library's folder: its layout (docs/formats/data-folder.md) and how a whole file is put there.
 */
final class LibraryFiles {
  static final String FORMAT = "FORMAT";
  static final String LOCK = "lock";

  /**
   * Bytes of the file system that content never takes, so that indexes, manifests and the database
   * can still be written when it is full.
   */
  static final long RESERVED_BYTES = 4L << 20;

  private static final String FORMAT_NAME = "sluice-library";
  private static final int FORMAT_BYTES_MAX = 64;

  /** Folders of what others say of a document; such a file's name begins with its digest. */
  static final List<String> BESIDE_DOCUMENTS = List.of("receipts", "signatures");

  private static final Set<String> OURS =
      Set.of(
          FORMAT,
          LOCK,
          Quarantine.FILE,
          Limits.FILE,
          "index",
          "packs",
          "documents",
          "receipts",
          "scans",
          "signatures",
          "temporary",
          "trash");

  private final Disk disk;
  private final Path folder;
  private final Stop stop;
  private final Space space = new Space(this);
  private final AtomicLong temporaryNames = new AtomicLong();

  LibraryFiles(Disk disk, Path folder, Stop stop) {
    this.disk = disk;
    this.folder = folder;
    this.stop = stop;
  }

  Disk disk() {
    return disk;
  }

  Path folder() {
    return folder;
  }

  Stop stop() {
    return stop;
  }

  Path packs() {
    return folder.resolve("packs");
  }

  Path documents() {
    return folder.resolve("documents");
  }

  /** Makes what is missing of the layout and empties the temporary folder. */
  void prepare() throws Failure {
    Path format = folder.resolve(FORMAT);
    boolean fresh = !disk.exists(format);
    if (fresh) {
      requireNothingElse();
    } else {
      requireFormat(format);
    }
    disk.createFolders(packs());
    disk.createFolders(documents());
    disk.createFolders(temporary());
    for (String name : disk.list(temporary())) {
      disk.delete(temporary().resolve(name));
    }
    if (fresh) {
      String line = FORMAT_NAME + " " + PackFormat.VERSION + "\n";
      byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
      publish(ByteBuffer.wrap(bytes), format, "content.format");
    }
    // A process that died after a rename may have left names that are seen but not durable.
    stop.force(() -> disk.forceDirectory(folder));
    stop.force(() -> disk.forceDirectory(documents()));
  }

  /**
   * Puts a whole file in place, durable on return: temporary file, force, rename, force of the
   * folder.
   *
   * @param points the steps reached are named with this and -written, -forced, -renamed,
   *     -folder-forced
   */
  void publish(ByteBuffer bytes, Path file, String points) throws Failure {
    publish(writer -> writer.write(bytes), file, points);
  }

  /** The same for a file that is better written piece by piece. */
  void publish(WholeFile.Content content, Path file, String points) throws Failure {
    Path part = temporary().resolve(Long.toString(temporaryNames.incrementAndGet()));
    WholeFile.Names names = new WholeFile.Names(part, file);
    WholeFile.put(disk, stop, names, content, step -> disk.reached(points + "-" + step));
  }

  /**
   * Reads a whole file.
   *
   * @throws Failure CONTENT_CORRUPT if it is longer than {@code most} bytes
   */
  byte[] read(Path file, long most) throws Failure {
    try (Disk.Reader reader = disk.open(file)) {
      long size = reader.size();
      if (size > most) {
        throw PackFormat.corrupt(file, "it is longer than " + most + " bytes");
      }
      byte[] bytes = new byte[(int) size];
      if (reader.read(ByteBuffer.wrap(bytes), 0) < bytes.length) {
        throw PackFormat.corrupt(file, "it became shorter while it was read");
      }
      return bytes;
    }
  }

  /** A file's length. */
  long size(Path file) throws Failure {
    try (Disk.Reader reader = disk.open(file)) {
      return reader.size();
    }
  }

  /** A file's length; 0 if it is gone since it was seen: renamed or deleted, by whomever. */
  long sizeIfThere(Path file) throws Failure {
    try {
      return size(file);
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_MISSING) {
        throw e;
      }
      return 0;
    }
  }

  /** What content may still be stored. */
  Space space() {
    return space;
  }

  private Path temporary() {
    return folder.resolve("temporary");
  }

  private void requireNothingElse() throws Failure {
    List<String> others = new ArrayList<>(disk.list(folder));
    others.removeAll(OURS);
    boolean packs = !disk.list(packs()).isEmpty();
    if (!others.isEmpty()) {
      throw Failure.permanent(
              Code.LIBRARY_MISSING,
              "making a content library in " + folder,
              "the folder holds other things",
              "name an empty folder, or one that does not exist")
          .about(others);
    }
    if (packs) {
      throw Failure.permanent(
          Code.CONTENT_CORRUPT,
          "opening the content library " + folder,
          "its FORMAT file is missing, yet it holds packs",
          "put back FORMAT with the line: " + FORMAT_NAME + " " + PackFormat.VERSION);
    }
  }

  private void requireFormat(Path format) throws Failure {
    String text = new String(read(format, FORMAT_BYTES_MAX), StandardCharsets.US_ASCII).strip();
    String[] words = text.split(" ", -1);
    if (words.length != 2 || !words[0].equals(FORMAT_NAME) || !words[1].matches("[0-9]{1,9}")) {
      throw PackFormat.corrupt(format, "it is not a content library's FORMAT");
    }
    int version = Integer.parseInt(words[1]);
    PackFormat.requireVersion(version, format, PackFormat.Versions.NOW);
  }
}
