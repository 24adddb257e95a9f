package io.sluice.cli;

import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file a command makes for somebody else: whole, durable and new, or not there at all. */
final class NewFile {
  private static final int BUFFER_BYTES = 256 * 1024;

  private NewFile() {}

  /** Writes a file's bytes. */
  interface Content<T> {
    T write(OutputStream out) throws Failure, IOException, InterruptedException;
  }

  /**
   * Writes a file of this name.
   *
   * @throws Failure ALREADY_EXISTS, or what the content or the disk says; nothing is left then
   */
  static <T> T write(Disk disk, Path file, Content<T> content)
      throws Failure, InterruptedException {
    Path folder = file.getParent();
    if (folder == null || disk.exists(file)) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS, "writing " + file, "it is there", "name a file that is not there");
    }
    Path part = part(file);
    disk.delete(part);
    try {
      T result;
      try (Disk.Writer writer = disk.create(part)) {
        result = write(new Appending(writer), file.toString(), content);
        writer.force();
      }
      disk.rename(part, file);
      disk.forceDirectory(folder);
      return result;
    } finally {
      disk.delete(part);
    }
  }

  /** Where a file is written first: under a name nobody else has, for what lies beside stays. */
  static Path part(Path file) {
    return file.resolveSibling(".sluice-" + ProcessHandle.current().pid() + ".part");
  }

  /** Writes to an output that is open already, such as a pipe. */
  static <T> T write(PrintStream out, Content<T> content) throws Failure, InterruptedException {
    return write(new Checked(out), "standard output", content);
  }

  private static <T> T write(OutputStream to, String shown, Content<T> content)
      throws Failure, InterruptedException {
    // Not closed: whoever opened what is below closes it.
    OutputStream out = new BufferedOutputStream(to, BUFFER_BYTES);
    try {
      T result = content.write(out);
      out.flush();
      return result;
    } catch (IOException e) {
      throw Platform.failureIn(e)
          .orElseGet(
              () ->
                  Failure.permanent(
                          Code.DISK_ERROR,
                          "writing to " + shown,
                          String.valueOf(e.getMessage()),
                          "check that whoever reads it did not stop")
                      .because(e));
    }
  }

  /** Appends to a file; the disk's failures are carried as causes. */
  private static final class Appending extends OutputStream {
    private final Disk.Writer writer;

    Appending(Disk.Writer writer) {
      this.writer = writer;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int length) throws IOException {
      try {
        writer.write(ByteBuffer.wrap(from, at, length));
      } catch (Failure failure) {
        throw new IOException(failure);
      }
    }
  }

  /** A print stream swallows what goes wrong; here it is asked. */
  private static final class Checked extends OutputStream {
    private final PrintStream out;

    Checked(PrintStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int length) throws IOException {
      out.write(from, at, length);
      flush();
    }

    @Override
    public void flush() throws IOException {
      if (out.checkError()) {
        throw new IOException("the reader is gone or the disk is full");
      }
    }
  }
}
