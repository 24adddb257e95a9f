package io.sluice.distributionpoint;

import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Folder;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which files that an interrupted build of the same version left in a folder are used again: those
 * that look finished. Attributes are set last, so that with the right ones a file has everything
 * else. That is a guess, which reading back proves, as it reads everything anyway.
 */
final class Leftovers {
  /** There are none: the folder is empty. */
  static final Leftovers NONE = new Leftovers(path -> false);

  /** All that look finished. */
  static final Leftovers KEEP = new Leftovers(path -> true);

  private static final Attributes WRITABLE = new Attributes(0700, 0, 0);

  private final Predicate<EntryPath> believed;

  private Leftovers(Predicate<EntryPath> believed) {
    this.believed = believed;
  }

  /** The same but for files of which reading back showed that they are not what they seem. */
  static Leftovers without(List<Difference> differences) {
    if (differences.size() >= Differences.DIFFERENCES_MAX) {
      return new Leftovers(path -> false);
    }
    Set<EntryPath> wrong =
        differences.stream().map(Difference::path).collect(Collectors.toUnmodifiableSet());
    return new Leftovers(path -> !wrong.contains(path));
  }

  /**
   * Makes the root of what was left writable, before anything is tried in it: the build before may
   * have set its attributes, or died finding out capacities.
   */
  void makeReady(Platform platform, Path root) throws Failure {
    if (this != NONE) {
      platform.setAttributes(root, WRITABLE);
      for (Name name : platform.children(root)) {
        if (Platform.isTrial(name)) {
          new TreeRemoval(platform).remove(platform.child(root, name));
        }
      }
    }
  }

  /**
   * Looks through the tree, before anything is written: directories are there and writable when it
   * returns, finished files are kept, and nothing stands where the other entries go.
   *
   * @return what need not be written
   * @throws Failure PLACE_UNAVAILABLE if a directory stands where a file or link goes
   */
  Kept sift(Folder root, Manifest manifest, EntryCapacity capacity)
      throws Failure, InterruptedException {
    Kept kept = new Kept();
    if (this != NONE) {
      try (TreeFolders folders = new TreeFolders(root, kept.folders())) {
        // Links first: a file that still has another name then shares it with somebody's.
        siftAllButFiles(manifest.entries(), folders, kept);
        siftFiles(manifest.entries(), folders, capacity, kept);
      }
    }
    return kept;
  }

  private static void siftAllButFiles(List<Entry> entries, TreeFolders folders, Kept kept)
      throws Failure, InterruptedException {
    for (int index = 0; index < entries.size(); index++) {
      requireUninterrupted();
      switch (entries.get(index)) {
        case Entry.Directory directory -> {
          if (!directory.path().isRoot()) {
            folders.createOrOpen(directory.path());
            kept.add(index);
          }
        }
        case Entry.Symlink link -> delete(link.path(), folders);
        case Entry.HardLink link -> delete(link.path(), folders);
        case Entry.File file -> {}
      }
    }
  }

  private void siftFiles(
      List<Entry> entries, TreeFolders folders, EntryCapacity capacity, Kept kept)
      throws Failure, InterruptedException {
    for (int index = 0; index < entries.size(); index++) {
      requireUninterrupted();
      if (entries.get(index) instanceof Entry.File file) {
        if (believed.test(file.path()) && isFinished(file, folders, capacity)) {
          kept.add(index, file);
        } else {
          delete(file.path(), folders);
        }
      }
    }
  }

  private static void delete(EntryPath path, TreeFolders folders) throws Failure {
    folders.of(path.parent()).delete(path.name());
  }

  private static boolean isFinished(Entry.File file, TreeFolders folders, EntryCapacity capacity)
      throws Failure {
    Attributes wanted = Materialiser.held(file.attributes(), capacity);
    Optional<Facts> there = folders.of(file.path().parent()).facts(file.path().name());
    return capacity.times().isPresent()
        && there
            .filter(facts -> facts.kind() == Facts.Kind.FILE)
            .filter(facts -> facts.size().bytes() == file.size())
            .filter(facts -> facts.size().links() == 1)
            .map(Facts::attributes)
            .filter(found -> found.mtimeSeconds() == wanted.mtimeSeconds())
            .filter(found -> found.mtimeNanos() == wanted.mtimeNanos())
            .filter(found -> !capacity.modes() || found.mode() == (wanted.mode() & 0777))
            .isPresent();
  }

  private static void requireUninterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
