package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lock file held by this process until it is closed or the process ends, however it ends. The
 * operating system holds it: a lock file that is merely there locks nothing.
 */
public final class FolderLock implements Disk.Lock {
  /**
   * Locks held in this process. POSIX record locks belong to a process, and closing <em>any</em>
   * descriptor of the file drops them (fcntl(2)): a second attempt in this process must be refused
   * before it opens the file. The one piece of static state here, because the kernel's is per
   * process.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path key;
  private final FileChannel channel;

  private FolderLock(Path key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Takes the lock, making the file if it is not there; its folder must be.
   *
   * @throws Failure LIBRARY_IN_USE (temporary) if anybody holds it, DISK_ERROR if the file cannot
   *     be made or locked
   */
  public static FolderLock take(Path lockFile) throws Failure {
    Path key = key(lockFile);
    if (!HELD.add(key)) {
      throw inUse(lockFile);
    }
    FolderLock taken = null;
    try {
      taken = take(lockFile, key);
      return taken;
    } finally {
      if (taken == null) {
        HELD.remove(key);
      }
    }
  }

  @Override
  public void close() {
    // The channel first: as soon as the key is gone another thread may open the file.
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone all the same, and the lock with it.
      return;
    } finally {
      HELD.remove(key);
    }
  }

  private static FolderLock take(Path lockFile, Path key) throws Failure {
    FileChannel channel = null;
    FileLock lock = null;
    try {
      channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock = channel.tryLock();
      if (lock == null) {
        throw inUse(lockFile);
      }
      return new FolderLock(key, channel);
    } catch (OverlappingFileLockException e) {
      throw inUse(lockFile).because(e);
    } catch (IOException e) {
      throw DiskFailures.of("locking", lockFile, e);
    } finally {
      if (lock == null) {
        closeQuietly(channel);
      }
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing was written through it, and the failure that matters is on its way already.
        return;
      }
    }
  }

  /** One name per file, whatever links lead to it. */
  private static Path key(Path lockFile) throws Failure {
    try {
      Path folder = lockFile.toAbsolutePath().getParent();
      if (folder == null) {
        throw new IllegalArgumentException("a lock file without a folder: " + lockFile);
      }
      if (!Files.isDirectory(folder)) {
        throw DiskFailures.missing("locking", lockFile);
      }
      return folder.toRealPath().resolve(lockFile.getFileName());
    } catch (IOException e) {
      throw DiskFailures.of("locking", lockFile, e);
    }
  }

  private static Failure inUse(Path lockFile) {
    return Failure.temporary(
        Code.LIBRARY_IN_USE,
        "taking the lock " + lockFile,
        "another process, or another part of this one, holds it",
        "stop the other process, or ask the running server instead");
  }
}
