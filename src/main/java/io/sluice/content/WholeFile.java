package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The one way a whole file gets its name: temporary file, force, rename, force of the folder. */
public final class WholeFile {
  private WholeFile() {}

  /** Writes a file's bytes. */
  @FunctionalInterface
  public interface Content {
    void write(Disk.Writer writer) throws Failure;
  }

  /**
   * Puts a file in place, replacing one of its name, durable on return. A failure leaves what was
   * there, or the new file whole.
   *
   * @param stop what a failed force stops
   * @param part where it is written first, in the same file system; replaced if it is there
   */
  public static void put(Disk disk, Stop stop, Path part, Path file, Content content)
      throws Failure {
    put(disk, stop, new Names(part, file), content, step -> {});
  }

  /**
   * A file's bytes.
   *
   * @param bytesMax a longer file is damaged, or none of ours
   * @throws Failure CONTENT_CORRUPT if it is longer, CONTENT_MISSING or DISK_ERROR
   */
  public static byte[] read(Disk disk, Path file, int bytesMax) throws Failure {
    try (Disk.Reader reader = disk.open(file)) {
      long size = reader.size();
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(size, bytesMax));
      if (size > bytesMax || reader.read(bytes, 0) < size) {
        throw Failure.permanent(
            Code.CONTENT_CORRUPT,
            "reading " + file,
            "it has " + size + " bytes, at most " + bytesMax + " are expected, or it shrinks",
            "look whether another program wrote it; delete it if so");
      }
      return bytes.array();
    }
  }

  /** A file's temporary and its final name. */
  record Names(Path part, Path file) {}

  /**
   * The same, saying how far it is.
   *
   * @param step told written, forced, renamed, folder-forced
   */
  static void put(Disk disk, Stop stop, Names names, Content content, Consumer<String> step)
      throws Failure {
    stop.require();
    disk.delete(names.part);
    try {
      try (Disk.Writer writer = disk.create(names.part)) {
        content.write(writer);
        step.accept("written");
        stop.force(writer::force);
        step.accept("forced");
      }
      disk.rename(names.part, names.file);
    } catch (Failure e) {
      throw without(disk, names.part, e);
    }
    step.accept("renamed");
    Path parent = names.file.getParent();
    if (parent != null) {
      stop.force(() -> disk.forceDirectory(parent));
    }
    step.accept("folder-forced");
  }

  private static Failure without(Disk disk, Path part, Failure cause) {
    try {
      disk.delete(part);
    } catch (Failure e) {
      // It is replaced, or its folder emptied, next time.
      cause.addSuppressed(e);
    }
    return cause;
  }
}
