package io.sluice.distributionpoint;

import io.sluice.content.Disk;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Attributes;
import java.nio.file.Path;

/**
 * Renames a finished tree to its place, durably. A directory that moves to another one is itself
 * written (its entry {@code ..} changes), which the mode of a read-only root forbids: it is made
 * writable for that moment.
 */
final class TreeMove {
  private static final int OWNER_WRITE = 0200;

  private final Platform platform;
  private final Disk disk;
  private final PlaceFiles files;

  TreeMove(Platform platform, Disk disk, PlaceFiles files) {
    this.platform = platform;
    this.disk = disk;
    this.files = files;
  }

  void move(Path tree, Path to) throws Failure {
    Attributes exact = platform.facts(tree).attributes();
    boolean made = makeMovable(tree);
    disk.rename(tree, to);
    if (made) {
      platform.setAttributes(to, exact);
      files.force(to);
    }
    Path folder = to.getParent();
    if (folder != null) {
      files.force(folder);
    }
  }

  /** Makes a directory writable for its owner; true if it was not. */
  boolean makeMovable(Path tree) throws Failure {
    Attributes exact = platform.facts(tree).attributes();
    if ((exact.mode() & OWNER_WRITE) != 0) {
      return false;
    }
    int mode = exact.mode() | OWNER_WRITE;
    platform.setAttributes(tree, new Attributes(mode, exact.mtimeSeconds(), exact.mtimeNanos()));
    return true;
  }
}
