package io.sluice.distributionpoint;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Folder;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.EntryPath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens the directories of a tree being written, each by its name in the one above, and keeps those
 * on the way to the last one open: entries come in canonical order, so the next is near. A
 * directory that is not the one that was made is refused. One thread at a time; the root belongs to
 * the caller.
 */
final class TreeFolders implements AutoCloseable {
  /** The most directories kept open: of a deeper way the lowest ones. */
  static final int OPEN_MAX = 64;

  private static final Attributes WRITABLE = new Attributes(0700, 0, 0);

  private final Folder root;
  private final Made made;
  private final Deque<Open> way = new ArrayDeque<>();

  TreeFolders(Folder root, Made made) {
    this.root = root;
    this.made = made;
  }

  /** Which directories were made. Any thread. */
  static final class Made {
    private final Map<EntryPath, Folder.Id> ids = new ConcurrentHashMap<>();

    private void add(EntryPath path, Folder folder) throws Failure {
      Optional<Folder.Id> id = folder.id();
      if (id.isPresent()) {
        ids.put(path, id.get());
      }
    }

    private void require(EntryPath path, Folder folder) throws Failure {
      Folder.Id expected = ids.get(path);
      if (expected != null && !Optional.of(expected).equals(folder.id())) {
        throw Failure.temporary(
                Code.PLACE_UNAVAILABLE,
                "writing in the folder " + folder.path(),
                "another folder stands in the place of the one that was made",
                "see who else changes it; only Sluice may write there meanwhile")
            .about(List.of(folder.path().toString()));
      }
    }
  }

  /** A directory that is open; each stands in the one before. */
  private record Open(EntryPath path, Folder folder) {}

  /** The directory at a path; it stays open until another is asked for. */
  Folder of(EntryPath directory) throws Failure {
    while (!way.isEmpty() && !holds(way.getLast().path, directory)) {
      way.removeLast().folder.close();
    }
    int from = way.isEmpty() ? 0 : way.getLast().path.depth();
    for (EntryPath next : below(directory, from)) {
      Folder folder = last().open(next.name());
      push(next, folder);
      made.require(next, folder);
    }
    return last();
  }

  /** Makes the directory at a path. */
  Folder create(EntryPath directory) throws Failure {
    Folder folder = of(directory.parent()).create(directory.name());
    push(directory, folder);
    made.add(directory, folder);
    return folder;
  }

  /**
   * Opens the directory at a path if it was made before, writable for its owner; else makes it, in
   * the place of any file or link.
   */
  Folder createOrOpen(EntryPath directory) throws Failure {
    Folder parent = of(directory.parent());
    boolean there =
        parent.facts(directory.name()).filter(f -> f.kind() == Facts.Kind.DIRECTORY).isPresent();
    if (!there) {
      parent.delete(directory.name());
      return create(directory);
    }
    Folder folder = parent.open(directory.name());
    push(directory, folder);
    made.add(directory, folder);
    folder.setAttributes(WRITABLE);
    return folder;
  }

  private Folder last() {
    return way.isEmpty() ? root : way.getLast().folder;
  }

  private void push(EntryPath path, Folder folder) {
    way.addLast(new Open(path, folder));
    if (way.size() > OPEN_MAX) {
      way.removeFirst().folder.close();
    }
  }

  /** True if a directory is another, or holds it. */
  private static boolean holds(EntryPath directory, EntryPath other) {
    EntryPath at = other;
    while (at.depth() > directory.depth()) {
      at = at.parent();
    }
    return at.equals(directory);
  }

  /** The paths from a depth down to a directory. */
  private static List<EntryPath> below(EntryPath directory, int depth) {
    List<EntryPath> paths = new ArrayList<>();
    for (EntryPath at = directory; at.depth() > depth; at = at.parent()) {
      paths.add(at);
    }
    return paths.reversed();
  }

  @Override
  public void close() {
    way.forEach(open -> open.folder.close());
    way.clear();
  }
}
