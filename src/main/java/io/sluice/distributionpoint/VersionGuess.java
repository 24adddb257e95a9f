package io.sluice.distributionpoint;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Which version a folder is most like, by names and sizes alone. The folder is walked once; links
 * in it are not followed. For one thread.
 */
public final class VersionGuess {
  /** More entries than this are not looked at; any version may have them all. */
  private static final int ENTRIES_MAX = 1_000_000;

  private static final long NO_SIZE = -1;

  private final Platform platform;
  private final Map<EntryPath, Long> sizes = new HashMap<>();

  public VersionGuess(Platform platform, Path folder) throws Failure, InterruptedException {
    this.platform = platform;
    walk(EntryPath.ROOT, folder);
  }

  private void walk(EntryPath at, Path directory) throws Failure, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    for (Name name : platform.children(directory)) {
      if (sizes.size() == ENTRIES_MAX || at.depth() == EntryPath.DEPTH_MAX) {
        return;
      }
      Path path = platform.child(directory, name);
      Facts facts = platform.facts(path);
      boolean file = facts.kind() == Facts.Kind.FILE;
      sizes.put(at.child(name), file ? facts.size().bytes() : NO_SIZE);
      if (facts.kind() == Facts.Kind.DIRECTORY) {
        walk(at.child(name), path);
      }
    }
  }

  /** How like a version the folder is, from 0 to 1: what both have, of what either has. */
  public double likeness(Manifest manifest) {
    long both = 0;
    for (Entry entry : manifest.entries()) {
      Long size = sizes.get(entry.path());
      boolean same =
          size != null
              && switch (entry) {
                case Entry.File file -> size == file.size();
                case Entry.Directory directory -> size == NO_SIZE;
                case Entry.Symlink link -> size == NO_SIZE;
                case Entry.HardLink link -> size != NO_SIZE;
              };
      both += same ? 1 : 0;
    }
    // The root is in every version and is not walked to.
    long either = sizes.size() + manifest.entries().size() - 1 - both;
    return either == 0 ? 1 : (double) both / either;
  }
}
