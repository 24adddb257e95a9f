package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A pack this process writes. {@link #append} by one thread at a time; {@link #force} and what
 * seals it may come from another meanwhile. Once sealing began, or the library closed, nothing is
 * appended any more.
 */
final class PackWriter {
  private final Disk disk;
  private final long number;
  private final Path openFile;
  private final Path sealedFile;
  private final Object forcing = new Object();

  private final FrameList list = new FrameList();

  /** Where the last whole frame ends. What lies behind it is rubbish of a failed write. */
  private volatile long end;

  /** Up to where the bytes are known to be durable. */
  private long forcedEnd;

  /** Null while the pack is torn: a write failed, and what follows {@link #end} must be cut off. */
  private volatile Disk.@Nullable Writer writer;

  private volatile boolean sealed;

  /** Guarded by this: nothing is appended any more. */
  private boolean ended;

  /** Guarded by forcing: the library is closed, and the file another process's. */
  private boolean retired;

  private PackWriter(Disk disk, Path folder, long number) {
    this.disk = disk;
    this.number = number;
    this.openFile = folder.resolve(PackNames.open(number));
    this.sealedFile = folder.resolve(PackNames.sealed(number));
  }

  /** Begins a new pack. */
  static PackWriter create(Disk disk, Path folder, long number) throws Failure {
    PackWriter pack = new PackWriter(disk, folder, number);
    Disk.Writer writer = disk.create(pack.openFile);
    try {
      writer.write(ByteBuffer.wrap(PackFormat.header()));
    } catch (Failure e) {
      writer.close();
      disk.delete(pack.openFile);
      throw e;
    }
    pack.writer = writer;
    pack.end = PackFormat.HEADER_BYTES;
    return pack;
  }

  long number() {
    return number;
  }

  /** The file that holds the frames now. */
  Path file() {
    return sealed ? sealedFile : openFile;
  }

  Path openFile() {
    return openFile;
  }

  long end() {
    return end;
  }

  int frames() {
    return list.frames();
  }

  /** Appends a frame and returns its offset. After a failure the pack takes no more. */
  synchronized long append(byte[] head, Frame frame) throws Failure {
    if (ended) {
      throw closed(openFile);
    }
    Disk.Writer out = writer;
    if (out == null) {
      throw new IllegalStateException("the pack " + openFile + " is torn");
    }
    long offset = end;
    try {
      out.write(ByteBuffer.wrap(head));
      out.write(ByteBuffer.wrap(frame.stored()));
    } catch (Failure e) {
      tear();
      throw e;
    }
    list.add(offset, frame.chunks());
    end = offset + head.length + frame.stored().length;
    return offset;
  }

  /** Makes every whole frame's bytes durable where they are. A failure is fatal to the library. */
  void force() throws Failure {
    synchronized (forcing) {
      long target = end;
      if (!sealed && forcedEnd < target) {
        Disk.Writer out = writerOrResume();
        out.force();
        forcedEnd = target;
      }
    }
  }

  /** Writes the index; a failure leaves the pack torn, to be tried again. */
  synchronized void writeTail() throws Failure {
    ended = true;
    synchronized (forcing) {
      PackFormat.Index index = list.index(end);
      Disk.Writer out = writerOrResume();
      try {
        out.write(ByteBuffer.wrap(PackFormat.tail(index)));
      } catch (Failure e) {
        tear();
        throw e;
      }
    }
  }

  /** Makes the file durable after {@link #writeTail}. A failure is fatal to the library. */
  void forceWhole() throws Failure {
    synchronized (forcing) {
      writerOrResume().force();
      forcedEnd = end;
    }
  }

  /** Gives the sealed pack its name, once it is forced. */
  void rename() throws Failure {
    synchronized (forcing) {
      close();
      disk.rename(openFile, sealedFile);
      sealed = true;
      list.clear();
    }
  }

  /**
   * After a failed force: cuts off what is not known to be durable, because from now on the
   * operating system may show bytes that the disk does not have. Returns where the pack ends now.
   */
  long cutToForced() {
    synchronized (forcing) {
      if (retired) {
        return forcedEnd;
      }
      try {
        close();
        if (forcedEnd <= PackFormat.HEADER_BYTES) {
          disk.delete(openFile);
        } else {
          disk.resume(openFile, forcedEnd).close();
        }
      } catch (Failure e) {
        // The library has stopped and acknowledges nothing; recovery reads what is there.
        return forcedEnd;
      }
      return forcedEnd;
    }
  }

  /**
   * Lets the file go for good, as the library closes: from now on the next process may be at it.
   */
  synchronized void retire() throws Failure {
    ended = true;
    synchronized (forcing) {
      retired = true;
      close();
    }
  }

  /** Does nothing while the pack is this process's. */
  void requireOurs() throws Failure {
    synchronized (forcing) {
      if (retired) {
        throw closed(openFile);
      }
    }
  }

  static Failure closed(Path file) {
    return Failure.temporary(
        Code.DISK_ERROR,
        "writing " + file,
        "the content library is being closed",
        "nothing; the work goes on by itself when the library is opened again");
  }

  /** Closes the file; the pack is as after a crash. */
  void close() throws Failure {
    Disk.Writer out = writer;
    writer = null;
    if (out != null) {
      out.close();
    }
  }

  private Disk.Writer writerOrResume() throws Failure {
    requireOurs();
    Disk.Writer out = writer;
    if (out == null) {
      out = disk.resume(openFile, end);
      writer = out;
    }
    return out;
  }

  private void tear() {
    // Not while another thread forces: it would see a closed file as a failed force.
    synchronized (forcing) {
      try {
        close();
      } catch (Failure e) {
        // The write's own failure is on its way; the pack is torn either way.
        writer = null;
      }
    }
  }
}
