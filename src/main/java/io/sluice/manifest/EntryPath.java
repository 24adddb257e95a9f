package io.sluice.manifest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an entry stands below the version's root. A path shares its parent's object, so a million
 * paths cost a million small objects and not a million long ones.
 */
public final class EntryPath implements Comparable<EntryPath> {
  /** The root directory of a version. */
  public static final EntryPath ROOT = new EntryPath(null, null, 0);

  /** How deep a tree may be; deeper ones are refused at capture and by the parser. */
  public static final int DEPTH_MAX = 1_000;

  private final @Nullable EntryPath parent;
  private final @Nullable Name name;
  private final int depth;

  private EntryPath(@Nullable EntryPath parent, @Nullable Name name, int depth) {
    this.parent = parent;
    this.name = name;
    this.depth = depth;
  }

  /** The path of the entry called {@code child} in this directory. */
  public EntryPath child(Name child) {
    if (depth == DEPTH_MAX) {
      throw new IllegalArgumentException("a path deeper than " + DEPTH_MAX);
    }
    return new EntryPath(this, child, depth + 1);
  }

  public boolean isRoot() {
    return parent == null;
  }

  /** The directory the entry stands in; the root has none. */
  public EntryPath parent() {
    return Objects.requireNonNull(parent, "the root has no parent");
  }

  /** The entry's own name; the root has none. */
  public Name name() {
    return Objects.requireNonNull(name, "the root has no name");
  }

  public int depth() {
    return depth;
  }

  /** The elements from the root down. */
  public List<Name> elements() {
    List<Name> elements = new ArrayList<>(depth);
    for (EntryPath at = this; !at.isRoot(); at = at.parent()) {
      elements.add(at.name());
    }
    Collections.reverse(elements);
    return elements;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryPath that && compareTo(that) == 0;
  }

  /**
   * An order without a meaning: by it a hash table stays quick whatever names somebody chose to
   * have one hash.
   */
  @Override
  public int compareTo(EntryPath other) {
    int order = Integer.compare(depth, other.depth);
    EntryPath mine = this;
    EntryPath theirs = other;
    while (order == 0 && !mine.isRoot() && mine != theirs) {
      order = mine.name().compareTo(theirs.name());
      mine = mine.parent();
      theirs = theirs.parent();
    }
    return order;
  }

  @Override
  public int hashCode() {
    return isRoot() ? 1 : 31 * parent().hashCode() + name().hashCode();
  }

  /** For messages: elements joined by slashes; the root is a full stop. */
  @Override
  public String toString() {
    if (isRoot()) {
      return ".";
    }
    return parent().isRoot() ? name().toString() : parent() + "/" + name();
  }
}
