package io.sluice.transfer;

import io.sluice.content.Disk;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.List;

/** A disk that says it has a thousand bytes left. */
final class FullDisk implements Disk {
  private final Disk inner;

  FullDisk(Disk inner) {
    this.inner = inner;
  }

  @Override
  public long freeBytes(Path folder) {
    return 1000;
  }

  @Override
  public Writer create(Path file) throws Failure {
    return inner.create(file);
  }

  @Override
  public Writer resume(Path file, long length) throws Failure {
    return inner.resume(file, length);
  }

  @Override
  public Reader open(Path file) throws Failure {
    return inner.open(file);
  }

  @Override
  public void rename(Path from, Path to) throws Failure {
    inner.rename(from, to);
  }

  @Override
  public void forceDirectory(Path folder) throws Failure {
    inner.forceDirectory(folder);
  }

  @Override
  public void createFolders(Path folder) throws Failure {
    inner.createFolders(folder);
  }

  @Override
  public void delete(Path file) throws Failure {
    inner.delete(file);
  }

  @Override
  public boolean exists(Path file) throws Failure {
    return inner.exists(file);
  }

  @Override
  public List<String> list(Path folder) throws Failure {
    return inner.list(folder);
  }

  @Override
  public Lock lock(Path file) throws Failure {
    return inner.lock(file);
  }

  @Override
  public void reached(String point) {
    inner.reached(point);
  }
}
