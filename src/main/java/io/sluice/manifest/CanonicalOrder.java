package io.sluice.manifest;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watches that entries come in canonical order with distinct names (docs/formats/manifest.md), for
 * the reader and the writer alike. It remembers the directories from the root to the current one
 * and the names of the files in them: subdirectories come after all of those and may not repeat
 * one.
 */
final class CanonicalOrder {
  /** A directory on the way to the current one. */
  private static final class Level {
    final EntryPath path;
    final List<Name> children = new ArrayList<>();
    int compared;
    @Nullable Name subdirectory;

    Level(EntryPath path) {
      this.path = path;
    }
  }

  private final List<Level> levels = new ArrayList<>();

  /** Enters a directory and returns its path, which shares its parents' objects. */
  EntryPath directory(List<Name> path) throws Refusal {
    if (levels.isEmpty()) {
      if (!path.isEmpty()) {
        throw Refusal.corrupt("the first entry is not the root directory");
      }
      levels.add(new Level(EntryPath.ROOT));
      return EntryPath.ROOT;
    }
    if (path.isEmpty()) {
      throw Refusal.corrupt("the root directory comes twice");
    }
    if (path.size() > EntryPath.DEPTH_MAX) {
      throw tooDeep();
    }
    int parents = path.size() - 1;
    if (parents >= levels.size()) {
      throw Refusal.corrupt("a directory comes before its parent");
    }
    for (int i = 0; i < parents; i++) {
      if (!path.get(i).equals(levels.get(i + 1).path.name())) {
        throw Refusal.corrupt("a directory does not come after its parent's other children");
      }
    }
    while (levels.size() > parents + 1) {
      levels.removeLast();
    }
    Level parent = levels.getLast();
    Name name = path.getLast();
    enter(parent, name);
    Level level = new Level(parent.path.child(name));
    levels.add(level);
    return level.path;
  }

  /** Adds a child that is not a directory to the current directory and returns its path. */
  EntryPath child(Name name) throws Refusal {
    if (levels.isEmpty()) {
      throw Refusal.corrupt("the first entry is not the root directory");
    }
    Level level = levels.getLast();
    if (level.path.depth() == EntryPath.DEPTH_MAX) {
      throw tooDeep();
    }
    if (!level.children.isEmpty() && level.children.getLast().compareTo(name) >= 0) {
      throw Refusal.corrupt("the name " + name + " is out of order or comes twice");
    }
    level.children.add(name);
    return level.path.child(name);
  }

  /** True if {@code path} is the directory whose children come now. */
  boolean isCurrent(EntryPath path) {
    return !levels.isEmpty() && levels.getLast().path.equals(path);
  }

  private static void enter(Level parent, Name name) throws Refusal {
    if (parent.subdirectory != null && parent.subdirectory.compareTo(name) >= 0) {
      throw Refusal.corrupt("the directory " + name + " is out of order or comes twice");
    }
    parent.subdirectory = name;
    // Both lists rise, so one walk over the children serves all subdirectories.
    while (parent.compared < parent.children.size()) {
      int order = parent.children.get(parent.compared).compareTo(name);
      if (order == 0) {
        throw Refusal.corrupt("the name " + name + " comes twice");
      }
      if (order > 0) {
        return;
      }
      parent.compared++;
    }
  }

  /**
   * Which of two entries comes first, be they of one version or of two; 0 if they have one path and
   * both are directories or neither is.
   */
  static int compare(Entry one, Entry other) {
    EntryPath mine = one.path();
    EntryPath theirs = other.path();
    int common = Math.min(mine.depth(), theirs.depth());
    int below = Integer.compare(mine.depth(), theirs.depth());
    while (mine.depth() > common) {
      mine = mine.parent();
    }
    while (theirs.depth() > common) {
      theirs = theirs.parent();
    }
    if (mine.equals(theirs)) {
      // A directory comes before what is in it, after the others where it stands.
      return below != 0 ? below : Boolean.compare(isDirectory(one), isDirectory(other));
    }
    while (!mine.parent().equals(theirs.parent())) {
      mine = mine.parent();
      theirs = theirs.parent();
    }
    // In one directory: what is no directory comes first.
    boolean within = one.path().depth() > mine.depth() || isDirectory(one);
    boolean otherWithin = other.path().depth() > theirs.depth() || isDirectory(other);
    return within == otherWithin
        ? mine.name().compareTo(theirs.name())
        : Boolean.compare(within, otherWithin);
  }

  private static boolean isDirectory(Entry entry) {
    return entry instanceof Entry.Directory;
  }

  private static Refusal tooDeep() {
    return Refusal.tooLarge("a path deeper than " + EntryPath.DEPTH_MAX);
  }
}
