package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.List;

/**
 * Another disk, from which one only reads: nothing is written, renamed, deleted or locked. What is
 * opened through it is seen as it lies there, beside a process that writes.
 */
final class ReadingDisk implements Disk {
  private static final Lock NO_LOCK = () -> {};

  private final Disk disk;

  ReadingDisk(Disk disk) {
    this.disk = disk;
  }

  @Override
  public Writer create(Path file) throws Failure {
    throw refused("creating " + file);
  }

  @Override
  public Writer resume(Path file, long length) throws Failure {
    throw refused("writing to " + file);
  }

  @Override
  public Reader open(Path file) throws Failure {
    return disk.open(file);
  }

  @Override
  public void rename(Path from, Path to) throws Failure {
    throw refused("renaming " + from);
  }

  /** Nothing was written, so there is nothing to force. */
  @Override
  public void forceDirectory(Path folder) {}

  /** What is missing stays missing. */
  @Override
  public void createFolders(Path folder) {}

  /** Others clean up what is theirs. */
  @Override
  public void delete(Path file) {}

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
  public Lock lock(Path file) {
    return NO_LOCK;
  }

  @Override
  public void reached(String point) {
    disk.reached(point);
  }

  private static Failure refused(String what) {
    return Failure.permanent(
        Code.LIBRARY_IN_USE,
        what,
        "the library was opened for reading only",
        "use a command that takes the library for itself");
  }
}
