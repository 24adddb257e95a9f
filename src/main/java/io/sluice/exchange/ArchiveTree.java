package io.sluice.exchange;

import io.sluice.filesystem.Facts;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an archive holds, as a tree under one root. Nothing can be put outside it, through a link,
 * or where something is: each refusal is told as text.
 */
final class ArchiveTree {
  /** A file, folder, link or special file; one node however many names it has. */
  static final class Node {
    private final int number;
    private final SortedMap<Name, Node> children;
    private ArchiveEntry entry;
    private boolean told;
    private int names = 1;

    /**
     * A node.
     *
     * @param told false for a folder only names below it tell of
     */
    private Node(int number, ArchiveEntry entry, boolean told) {
      this.number = number;
      this.entry = entry;
      this.told = told;
      this.children = isFolder() ? new TreeMap<>() : Collections.emptySortedMap();
    }

    int number() {
      return number;
    }

    ArchiveEntry entry() {
      return entry;
    }

    int names() {
      return names;
    }

    SortedMap<Name, Node> children() {
      return children;
    }

    private boolean isFolder() {
      return entry.kind() == Facts.Kind.DIRECTORY;
    }
  }

  /** The most entries: what the longest manifest holds. */
  static final int ENTRIES_MAX = 10_000_000;

  private final List<Node> nodes = new ArrayList<>();

  ArchiveTree() {
    nodes.add(new Node(0, ArchiveEntry.IMPLIED, false));
  }

  Node root() {
    return nodes.getFirst();
  }

  /** The node of this number, if there is one. */
  Optional<Node> node(int number) {
    return number >= 0 && number < nodes.size() ? Optional.of(nodes.get(number)) : Optional.empty();
  }

  /** Puts an entry at a path; says why not, if it cannot be. */
  Optional<String> add(List<Name> path, ArchiveEntry entry) {
    if (path.isEmpty()) {
      return fill(root(), entry);
    }
    Place place = place(path);
    if (place.refused.isPresent()) {
      return place.refused;
    }
    Node there = place.folder.children.get(path.getLast());
    if (there != null) {
      return fill(there, entry);
    }
    place.folder.children.put(path.getLast(), made(entry, true));
    return Optional.empty();
  }

  /** Gives a file another name; says why not, if it cannot be. */
  Optional<String> link(List<Name> path, List<Name> file) {
    Optional<Node> linked = find(file);
    if (linked.isEmpty()) {
      return Optional.of("a hard link to " + shown(file) + ", which does not come before it");
    }
    if (linked.get().isFolder()) {
      return Optional.of("a hard link to the folder " + shown(file));
    }
    if (path.isEmpty()) {
      return Optional.of("the root is no folder");
    }
    Place place = place(path);
    if (place.refused.isEmpty()) {
      if (place.folder.children.putIfAbsent(path.getLast(), linked.get()) != null) {
        return Optional.of("it comes twice");
      }
      linked.get().names++;
    }
    return place.refused;
  }

  private Optional<Node> find(List<Name> path) {
    Node at = root();
    for (Name name : path) {
      at = at.children.get(name);
      if (at == null) {
        return Optional.empty();
      }
    }
    return Optional.of(at);
  }

  /** Where an entry goes, or why it does not. */
  private record Place(Node folder, Optional<String> refused) {}

  /** The folder of a path's last name; folders on the way that were not named yet are made. */
  private Place place(List<Name> path) {
    Node at = root();
    if (path.size() > EntryPath.DEPTH_MAX) {
      return new Place(at, Optional.of("it is deeper than " + EntryPath.DEPTH_MAX + " folders"));
    }
    if (nodes.size() > ENTRIES_MAX - path.size()) {
      return new Place(at, Optional.of("it is one more than " + ENTRIES_MAX + " entries"));
    }
    for (Name name : path.subList(0, path.size() - 1)) {
      Node next = at.children.computeIfAbsent(name, any -> made(ArchiveEntry.IMPLIED, false));
      if (!next.isFolder()) {
        String what = next.entry.kind() == Facts.Kind.SYMLINK ? "a symbolic link" : "no folder";
        return new Place(at, Optional.of("it lies below " + name + ", which is " + what));
      }
      at = next;
    }
    return new Place(at, Optional.empty());
  }

  /** A folder may be named after what is in it, once. */
  private static Optional<String> fill(Node there, ArchiveEntry entry) {
    if (there.told) {
      return Optional.of("it comes twice");
    }
    if (entry.kind() != Facts.Kind.DIRECTORY) {
      return Optional.of(
          there.number == 0
              ? "the root is no folder"
              : "something lies below it and it is no folder");
    }
    there.entry = entry;
    there.told = true;
    return Optional.empty();
  }

  private Node made(ArchiveEntry entry, boolean told) {
    Node node = new Node(nodes.size(), entry, told);
    nodes.add(node);
    return node;
  }

  private static String shown(List<Name> path) {
    return path.stream().map(Name::toString).collect(Collectors.joining("/"));
  }
}
