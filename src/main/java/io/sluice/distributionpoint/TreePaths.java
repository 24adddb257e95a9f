package io.sluice.distributionpoint;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.nio.file.Path;

/**
 * Where the entries of a manifest stand below a folder. A path is made of names one by one, and a
 * name holds no separator and is not {@code ..}: no entry can stand outside. Remembers the last
 * directory, as entries in canonical order share it. One thread at a time.
 */
final class TreePaths {
  private final Platform platform;
  private final Path root;
  private EntryPath lastDirectory = EntryPath.ROOT;
  private Path last;

  TreePaths(Platform platform, Path root) {
    this.platform = platform;
    this.root = root;
    this.last = root;
  }

  Path of(EntryPath entry) throws Failure {
    return entry.isRoot() ? root : platform.child(directory(entry.parent()), entry.name());
  }

  private Path directory(EntryPath directory) throws Failure {
    if (!directory.equals(lastDirectory)) {
      Path path = root;
      for (Name name : directory.elements()) {
        path = platform.child(path, name);
      }
      last = path;
      lastDirectory = directory;
    }
    return last;
  }
}
