package io.sluice.distributionpoint;

import io.sluice.content.Disk;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The folder {@code .sluice/building}: a version that is being made, and what interruptions left of
 * versions. Each has a folder of its own, whose name tells which content it is to have.
 */
final class Building {
  /** Digits of the manifest's digest in a name. */
  private static final int DIGITS = 12;

  private final Platform platform;
  private final Disk disk;
  private final Path folder;

  Building(Platform platform, Disk disk, Path folder) {
    this.platform = platform;
    this.disk = disk;
    this.folder = folder;
  }

  /**
   * A version to be made.
   *
   * @param whole the folder of all of it
   */
  record Work(PackageId id, int version, Manifest manifest, Path whole) {
    Path tree() {
      return treeIn(whole);
    }

    Path sidecar() {
      return whole.resolve("sidecar");
    }

    /** True if an interrupted build stands there, to be gone on with. */
    boolean isBegun() {
      return isFolder(whole) && isFolder(tree());
    }

    /** For messages. */
    @Override
    public String toString() {
      return "version " + version + " of " + id;
    }

    private static boolean isFolder(Path path) {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }
  }

  Work of(PackageId id, int version, Manifest manifest) {
    String digits = manifest.digest().hex().substring(0, DIGITS);
    Path whole = folder.resolve(name(id, version) + "." + digits);
    return new Work(id, version, manifest, whole);
  }

  private static String name(PackageId id, int version) {
    return id + "-v" + version;
  }

  private static Path treeIn(Path whole) {
    return whole.resolve("tree");
  }

  /** Makes the folders of a version; nothing stands there. */
  void begin(Work work) throws Failure {
    platform.createDirectory(work.whole);
    platform.createDirectory(work.tree());
  }

  /** True if a version's tree, whatever its content, is here still. */
  boolean holds(PackageId id, int version) throws Failure {
    String name = name(id, version);
    for (String each : disk.list(folder)) {
      // Names did not always tell the content.
      boolean named = each.equals(name) || each.startsWith(name + ".");
      if (named && disk.exists(treeIn(folder.resolve(each)))) {
        return true;
      }
    }
    return false;
  }
}
