package io.sluice.content;

import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A pack that is not sealed yet. {@link #append} by one thread at a time; {@link #force} and what
 * seals it may come from another meanwhile, but nothing is appended once sealing began.
 */
final class PackWriter {
  private final Disk disk;
  private final long number;
  private final Path openFile;
  private final Path sealedFile;
  private final Object forcing = new Object();

  private long[] entries = new long[5 * 256];
  private int count;
  private int frames;

  /** Where the last whole frame ends. What lies behind it is rubbish of a failed write. */
  private volatile long end;

  /** Up to where the bytes are known to be durable. */
  private long forcedEnd;

  /** Null while the pack is torn: a write failed, and what follows {@link #end} must be cut off. */
  private volatile Disk.@Nullable Writer writer;

  private volatile boolean sealed;

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

  /** Takes up a pack that an earlier process left, before its frames are {@link #found}. */
  static PackWriter found(Disk disk, Path folder, long number) {
    PackWriter pack = new PackWriter(disk, folder, number);
    pack.end = PackFormat.HEADER_BYTES;
    return pack;
  }

  /** A whole frame that an earlier process had written behind the last one. */
  void found(Frame frame) {
    note(frame, FrameFormat.bytes(frame));
  }

  /** Declares that all whole frames are durable as they are, and not to be touched. */
  void leaveAsItIs() {
    synchronized (forcing) {
      forcedEnd = end;
    }
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
    return frames;
  }

  /** Appends a frame and returns its offset. After a failure the pack takes no more. */
  long append(byte[] head, Frame frame) throws Failure {
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
    note(frame, head.length + frame.stored().length);
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
  void writeTail() throws Failure {
    synchronized (forcing) {
      PackFormat.Index index = PackFormat.index(entries, count, end, frames);
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
      entries = new long[0];
    }
  }

  /**
   * After a failed force: cuts off what is not known to be durable, because from now on the
   * operating system may show bytes that the disk does not have. Returns where the pack ends now.
   */
  long cutToForced() {
    synchronized (forcing) {
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

  /** Closes the file; the pack is as after a crash. */
  void close() throws Failure {
    Disk.Writer out = writer;
    writer = null;
    if (out != null) {
      out.close();
    }
  }

  private Disk.Writer writerOrResume() throws Failure {
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

  private void note(Frame frame, int bytes) {
    long offset = end;
    for (Frame.Chunk chunk : frame.chunks()) {
      int at = count * 5;
      if (at == entries.length) {
        entries = Arrays.copyOf(entries, 2 * entries.length);
      }
      Digest digest = chunk.digest();
      entries[at] = digest.a();
      entries[at + 1] = digest.b();
      entries[at + 2] = digest.c();
      entries[at + 3] = digest.d();
      entries[at + 4] = offset;
      count++;
    }
    frames++;
    end = offset + bytes;
  }
}
