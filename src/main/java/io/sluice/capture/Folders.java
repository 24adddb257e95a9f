package io.sluice.capture;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import java.nio.file.Path;

/** The paths of a source's entries on the platform. Whoever asks in order is answered quickly. */
final class Folders {
  private final Platform platform;
  private final Path root;
  private EntryPath last = EntryPath.ROOT;
  private Path lastFolder;

  Folders(Platform platform, Path root) {
    this.platform = platform;
    this.root = root;
    this.lastFolder = root;
  }

  /** Where a directory of the source is. */
  Path of(EntryPath directory) throws Failure {
    if (!directory.equals(last)) {
      Path folder =
          directory.isRoot() ? root : platform.child(of(directory.parent()), directory.name());
      last = directory;
      lastFolder = folder;
    }
    return lastFolder;
  }

  /** Where an entry is. */
  Path of(Entry entry) throws Failure {
    EntryPath path = entry.path();
    return entry instanceof Entry.Directory
        ? of(path)
        : platform.child(of(path.parent()), path.name());
  }
}
