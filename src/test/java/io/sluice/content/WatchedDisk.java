package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk that asks a watcher before each operation: the watcher may fail it, or make it wait. Only
 * {@link #exists}, {@link #list} and {@link #freeBytes} are not asked about.
 */
public final class WatchedDisk implements Disk {
  private final Disk disk;
  private final Watcher watcher;

  /** Is asked before an operation on a path; its failure is the operation's. */
  @FunctionalInterface
  public interface Watcher {
    void before(Operation operation, Path path) throws Failure;
  }

  /** What is about to be done. */
  public enum Operation {
    CREATE,
    RESUME,
    OPEN,
    READ,
    WRITE,
    FORCE,
    RENAME,
    FORCE_FOLDER,
    CREATE_FOLDERS,
    DELETE,
    LOCK
  }

  public WatchedDisk(Disk disk, Watcher watcher) {
    this.disk = disk;
    this.watcher = watcher;
  }

  /** What a broken disk answers. */
  public static Failure broken(Operation operation, Path path) {
    return Failure.permanent(
        Code.DISK_ERROR, operation + " " + path, "it was told to fail", "check the disk");
  }

  @Override
  public Writer create(Path file) throws Failure {
    watcher.before(Operation.CREATE, file);
    return new WatchedWriter(disk.create(file), file);
  }

  @Override
  public Writer resume(Path file, long length) throws Failure {
    watcher.before(Operation.RESUME, file);
    return new WatchedWriter(disk.resume(file, length), file);
  }

  @Override
  public Reader open(Path file) throws Failure {
    watcher.before(Operation.OPEN, file);
    return new WatchedReader(disk.open(file), file);
  }

  @Override
  public void rename(Path from, Path to) throws Failure {
    watcher.before(Operation.RENAME, to);
    disk.rename(from, to);
  }

  @Override
  public void forceDirectory(Path folder) throws Failure {
    watcher.before(Operation.FORCE_FOLDER, folder);
    disk.forceDirectory(folder);
  }

  @Override
  public void createFolders(Path folder) throws Failure {
    watcher.before(Operation.CREATE_FOLDERS, folder);
    disk.createFolders(folder);
  }

  @Override
  public void delete(Path file) throws Failure {
    watcher.before(Operation.DELETE, file);
    disk.delete(file);
  }

  @Override
  public boolean exists(Path file) throws Failure {
    return disk.exists(file);
  }

  @Override
  public List<String> list(Path folder) throws Failure {
    return disk.list(folder);
  }

  @Override
  public long freeBytes(Path folder) throws Failure {
    return disk.freeBytes(folder);
  }

  @Override
  public Lock lock(Path file) throws Failure {
    watcher.before(Operation.LOCK, file);
    return disk.lock(file);
  }

  @Override
  public void reached(String point) {
    disk.reached(point);
  }

  /** Asks before it writes and forces. */
  private final class WatchedWriter implements Writer {
    private final Writer writer;
    private final Path file;

    WatchedWriter(Writer writer, Path file) {
      this.writer = writer;
      this.file = file;
    }

    @Override
    public void write(ByteBuffer bytes) throws Failure {
      watcher.before(Operation.WRITE, file);
      writer.write(bytes);
    }

    @Override
    public long position() {
      return writer.position();
    }

    @Override
    public void force() throws Failure {
      watcher.before(Operation.FORCE, file);
      writer.force();
    }

    @Override
    public void close() throws Failure {
      writer.close();
    }
  }

  /** Asks before it reads. */
  private final class WatchedReader implements Reader {
    private final Reader reader;
    private final Path file;

    WatchedReader(Reader reader, Path file) {
      this.reader = reader;
      this.file = file;
    }

    @Override
    public long size() throws Failure {
      return reader.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws Failure {
      watcher.before(Operation.READ, file);
      return reader.read(into, position);
    }

    @Override
    public void close() throws Failure {
      reader.close();
    }
  }
}
