package io.sluice.capture;

import io.sluice.content.Disk;
import io.sluice.content.HostDisk;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.List;

/** The machine's disk, but with so many bytes free and no more. */
final class CrampedDisk implements Disk {
  private final Disk disk = new HostDisk();
  private final long freeBytes;

  CrampedDisk(long freeBytes) {
    this.freeBytes = freeBytes;
  }

  @Override
  public long freeBytes(Path folder) {
    return freeBytes;
  }

  @Override
  public Writer create(Path file) throws Failure {
    return disk.create(file);
  }

  @Override
  public Writer resume(Path file, long length) throws Failure {
    return disk.resume(file, length);
  }

  @Override
  public Reader open(Path file) throws Failure {
    return disk.open(file);
  }

  @Override
  public void rename(Path from, Path to) throws Failure {
    disk.rename(from, to);
  }

  @Override
  public void forceDirectory(Path folder) throws Failure {
    disk.forceDirectory(folder);
  }

  @Override
  public void createFolders(Path folder) throws Failure {
    disk.createFolders(folder);
  }

  @Override
  public void delete(Path file) throws Failure {
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
  public Lock lock(Path file) throws Failure {
    return disk.lock(file);
  }

  @Override
  public void reached(String point) {
    disk.reached(point);
  }
}
