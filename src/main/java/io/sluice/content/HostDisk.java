package io.sluice.content;

import io.sluice.failure.Failure;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The machine's file systems.
 *
 * <p>Java closes a FileChannel under all its users when one of them is interrupted. A library's
 * files are shared by many threads, and a first failure interrupts them: so writing goes through
 * streams, which no interruption closes, and a reader opens its file again.
 */
public final class HostDisk implements Disk {
  private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

  /** Bytes copied at once from a buffer that is no array. */
  private static final int COPY_BYTES = 64 * 1024;

  private final Consumer<String> reached;

  public HostDisk() {
    this(point -> {});
  }

  /** A disk that says aloud which crash points are reached. */
  public HostDisk(Consumer<String> reached) {
    this.reached = reached;
  }

  @Override
  public Writer create(Path file) throws Failure {
    try {
      Files.createFile(file);
      return new HostWriter(file, new FileOutputStream(file.toFile(), true), 0);
    } catch (IOException e) {
      throw failed("creating", file, 1, e);
    }
  }

  @Override
  public Writer resume(Path file, long length) throws Failure {
    if (!Files.exists(file)) {
      throw DiskFailures.missing("writing on", file);
    }
    try {
      try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
        if (whole.length() < length) {
          throw new IOException("it ends before byte " + length);
        }
        whole.setLength(length);
      }
      return new HostWriter(file, new FileOutputStream(file.toFile(), true), length);
    } catch (IOException e) {
      throw failed("writing on", file, 1, e);
    }
  }

  @Override
  public Reader open(Path file) throws Failure {
    try {
      return new HostReader(file, channel(file));
    } catch (IOException e) {
      throw DiskFailures.of("opening", file, e);
    }
  }

  @Override
  public void rename(Path from, Path to) throws Failure {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed("renaming to " + to.getFileName() + " the file", from, 1, e);
    }
  }

  @Override
  public void forceDirectory(Path folder) throws Failure {
    if (WINDOWS) {
      // Windows opens no folder for flushing; NTFS logs names itself and writes its log in order.
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      boolean forced = false;
      while (!forced) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
          forced = true;
        } catch (ClosedByInterruptException e) {
          // Not a failed force. Should it hide one: names are in the journal, and a file system
          // whose
          // journal failed answers every later force with an error too.
          interrupted |= Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw DiskFailures.of("forcing the names in", folder, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void createFolders(Path folder) throws Failure {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path path = folder; path != null && !Files.isDirectory(path); path = path.getParent()) {
      missing.push(path);
    }
    for (Path path : missing) {
      try {
        Files.createDirectory(path);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(path)) {
          throw DiskFailures.of("creating the folder", path, e);
        }
      } catch (IOException e) {
        throw failed("creating the folder", path, 1, e);
      }
      Path parent = path.getParent();
      if (parent != null) {
        forceDirectory(parent);
      }
    }
  }

  @Override
  public void delete(Path file) throws Failure {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw DiskFailures.of("deleting", file, e);
    }
  }

  @Override
  public boolean exists(Path file) {
    return Files.exists(file);
  }

  @Override
  public List<String> list(Path folder) throws Failure {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw DiskFailures.of("listing", folder, e);
    } catch (java.io.UncheckedIOException e) {
      throw DiskFailures.of("listing", folder, new IOException(e));
    }
  }

  @Override
  public long freeBytes(Path folder) throws Failure {
    File there = folder.toFile();
    long free = there.getUsableSpace();
    if (free == 0 && !there.exists()) {
      throw DiskFailures.missing("asking for the free space of", folder);
    }
    return free;
  }

  @Override
  public Lock lock(Path file) throws Failure {
    return FolderLock.take(file);
  }

  @Override
  public void reached(String point) {
    reached.accept(point);
  }

  private static FileChannel channel(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  private static Failure failed(String operation, Path file, long needed, IOException cause) {
    Path folder = file.toAbsolutePath().getParent();
    long free = folder == null ? Long.MAX_VALUE : folder.toFile().getUsableSpace();
    boolean there = folder != null && Files.isDirectory(folder);
    if (there && DiskFailures.isNoSpace(cause, needed, free)) {
      return DiskFailures.noSpace(operation, file, needed, free).because(cause);
    }
    return DiskFailures.of(operation, file, cause);
  }

  /** Writes at the end of a file, through a stream. */
  private static final class HostWriter implements Writer {
    private final Path file;
    private final FileOutputStream stream;
    private long position;

    HostWriter(Path file, FileOutputStream stream, long position) {
      this.file = file;
      this.stream = stream;
      this.position = position;
    }

    @Override
    public void write(ByteBuffer bytes) throws Failure {
      int needed = bytes.remaining();
      try {
        if (bytes.hasArray()) {
          stream.write(bytes.array(), bytes.arrayOffset() + bytes.position(), needed);
          bytes.position(bytes.limit());
        } else {
          byte[] piece = new byte[Math.min(needed, COPY_BYTES)];
          while (bytes.hasRemaining()) {
            int length = Math.min(piece.length, bytes.remaining());
            bytes.get(piece, 0, length);
            stream.write(piece, 0, length);
          }
        }
        position += needed;
      } catch (IOException e) {
        throw failed("writing", file, needed, e);
      }
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void force() throws Failure {
      try {
        stream.getFD().sync();
      } catch (IOException e) {
        // Delayed allocation finds a full disk only here, but a failed force stays fatal.
        throw DiskFailures.of("forcing", file, e);
      }
    }

    @Override
    public void close() throws Failure {
      try {
        stream.close();
      } catch (IOException e) {
        throw DiskFailures.of("closing", file, e);
      }
    }
  }

  /** Reads at positions; opens the file again after an interruption closed it. */
  private static final class HostReader implements Reader {
    private final Path file;
    private FileChannel channel;
    private boolean closed;

    HostReader(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
    }

    @Override
    public long size() throws Failure {
      return uninterrupted("asking for the size of", FileChannel::size);
    }

    @Override
    public int read(ByteBuffer into, long position) throws Failure {
      int start = into.position();
      return uninterrupted(
          "reading",
          open -> {
            into.position(start);
            while (into.hasRemaining()) {
              if (open.read(into, position + into.position() - start) < 0) {
                break;
              }
            }
            return into.position() - start;
          });
    }

    @Override
    public MemorySegment map() throws Failure {
      // Unmapped when nobody can reach it any more: no reader can be late.
      return uninterrupted(
          "mapping",
          open -> open.map(FileChannel.MapMode.READ_ONLY, 0, open.size(), Arena.ofAuto()));
    }

    @Override
    public synchronized void close() throws Failure {
      closed = true;
      try {
        channel.close();
      } catch (IOException e) {
        throw DiskFailures.of("closing", file, e);
      }
    }

    private <T> T uninterrupted(String operation, Operation<T> work) throws Failure {
      boolean interrupted = Thread.interrupted();
      try {
        while (true) {
          FileChannel open = current();
          try {
            return work.on(open);
          } catch (ClosedChannelException e) {
            interrupted |= Thread.interrupted();
            reopen(open, e);
          }
        }
      } catch (IOException e) {
        throw DiskFailures.of(operation, file, e);
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private synchronized FileChannel current() {
      return channel;
    }

    private synchronized void reopen(FileChannel broken, ClosedChannelException cause)
        throws IOException {
      if (closed) {
        throw cause;
      }
      if (channel.equals(broken)) {
        channel = channel(file);
      }
    }

    /** A reading operation on an open channel. */
    @FunctionalInterface
    private interface Operation<T> {
      T on(FileChannel open) throws IOException;
    }
  }
}
