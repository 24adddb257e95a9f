package io.sluice.filesystem;

import io.sluice.failure.Failure;
import io.sluice.manifest.Name;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A descriptor on a file system, opened before the first write so that it hears of every error
 * since. Where one syncfs is not trustworthy, each file and directory below the barrier's directory
 * is synchronised instead: what was written is what is there.
 */
final class LinuxBarrier implements Platform.Barrier {
  private static final int READ =
      LinuxCalls.O_RDONLY | LinuxCalls.O_NOFOLLOW | LinuxCalls.O_NONBLOCK;
  private static final int WRITE =
      LinuxCalls.O_WRONLY | LinuxCalls.O_NOFOLLOW | LinuxCalls.O_NONBLOCK;

  private final LinuxPlatform platform;
  private final LinuxCalls calls;
  private final Path directory;
  private final int descriptor;
  private final boolean whole;
  private boolean open = true;

  LinuxBarrier(
      LinuxPlatform platform, LinuxCalls calls, Path directory, int descriptor, boolean whole) {
    this.platform = platform;
    this.calls = calls;
    this.directory = directory;
    this.descriptor = descriptor;
    this.whole = whole;
  }

  @Override
  public void force() throws Failure {
    if (!open) {
      throw new IllegalStateException("the barrier at " + directory + " is closed");
    }
    if (whole) {
      check(directory, calls.syncfs(descriptor));
    } else {
      forceEach();
    }
  }

  private void forceEach() throws Failure {
    Deque<Path> directories = new ArrayDeque<>();
    directories.push(directory);
    while (!directories.isEmpty()) {
      Path at = directories.pop();
      for (Name name : platform.children(at)) {
        Path child = platform.child(at, name);
        switch (platform.kindOf(child)) {
          case FILE -> forceOne(child);
          case DIRECTORY -> directories.push(child);
          case SYMLINK, SPECIAL -> {}
        }
      }
      forceOne(at);
    }
  }

  private void forceOne(Path entry) throws Failure {
    byte[] path = PathNames.bytes(entry);
    int file = calls.open(path, READ, 0);
    if (file == -Errno.EACCES) {
      file = calls.open(path, WRITE, 0);
    }
    check(entry, file);
    try {
      int result = calls.fsync(file);
      // Some file systems have nothing to do for a directory and say so.
      check(entry, result == -Errno.EINVAL ? 0 : result);
    } finally {
      calls.close(file);
    }
  }

  private static void check(Path entry, int result) throws Failure {
    if (result < 0) {
      throw LinuxPlatform.notDurable(entry, -result);
    }
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      calls.close(descriptor);
    }
  }
}
