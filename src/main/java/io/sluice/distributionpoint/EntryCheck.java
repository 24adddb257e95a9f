package io.sluice.distributionpoint;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.NtfsReparse;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.PropertyCapacity;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares entries in a row, but for their bytes, with what is there. One thread. */
final class EntryCheck {
  private final Tree tree;
  private final TreePaths paths;
  private final List<At> differences = new ArrayList<>();
  private final List<Linked> linked = new ArrayList<>();
  private final List<Integer> readable = new ArrayList<>();
  private List<Entry> entries = List.of();
  private int index;

  EntryCheck(Tree tree) {
    this.tree = tree;
    this.paths = new TreePaths(tree.platform, tree.folder);
  }

  /**
   * What is to be there, and where.
   *
   * @param layout of the content sequence
   */
  record Tree(
      Platform platform,
      Path folder,
      EntryCapacity capacity,
      ContentLayout layout,
      SidecarCheck beside,
      Names names) {}

  /**
   * What is known of the names before any entry is looked at.
   *
   * @param directories in each directory
   * @param several files with more than one name
   * @param walked directories that are there as directories, so that looking below follows no link
   */
  record Names(
      Map<EntryPath, Set<Name>> directories, Set<EntryPath> several, Set<EntryPath> walked) {}

  /** A difference of the entry of this index. */
  record At(int entry, Difference difference) {}

  /** A name of a file that has or should have others, as it is there. */
  record Linked(int entry, Facts facts) {}

  /**
   * What was found of some entries.
   *
   * @param readable streams that are there and of the right size, by their place in the sequence
   */
  record Part(List<At> differences, List<Linked> linked, List<Integer> readable) {}

  /** Looks at the entries of some indexes. */
  Part check(List<Entry> all, int from, int to) throws InterruptedException {
    entries = all;
    for (index = from; index < to; index++) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Entry entry = entries.get(index);
      if (entry.path().isRoot() || tree.names.walked.contains(entry.path().parent())) {
        check(entry);
      }
    }
    return new Part(differences, linked, readable);
  }

  private void add(EntryPath at, Difference.Kind kind, String detail) {
    differences.add(new At(index, new Difference(at, Optional.empty(), kind, detail)));
  }

  private void add(EntryPath at, Name stream, Difference.Kind kind, String detail) {
    differences.add(new At(index, new Difference(at, Optional.of(stream), kind, detail)));
  }

  private void check(Entry entry) {
    EntryPath at = entry.path();
    int span = tree.layout.firstOf(index);
    try {
      Path path = paths.of(at);
      Facts facts = tree.platform.facts(path);
      Facts.Kind expected = kind(entry);
      if (facts.kind() != expected) {
        add(at, Difference.Kind.KIND, "expected " + expected + ", is " + facts.kind());
        return;
      }
      switch (entry) {
        case Entry.Directory directory -> {
          checkChildren(at, path);
          checkAttributes(at, directory.attributes(), facts);
          checkStreams(directory, new Found(path, facts), span);
        }
        case Entry.File file -> {
          if (facts.size().bytes() == file.size()) {
            readable.add(span);
          } else {
            String found = "expected " + file.size() + " bytes, has " + facts.size().bytes();
            add(at, Difference.Kind.SIZE, found);
          }
          checkAttributes(at, file.attributes(), facts);
          checkStreams(file, new Found(path, facts), span + 1);
          if (facts.size().links() > 1 || tree.names.several.contains(at)) {
            linked.add(new Linked(index, facts));
          }
        }
        case Entry.Symlink link -> checkLink(link, path, facts);
        case Entry.HardLink link -> linked.add(new Linked(index, facts));
      }
    } catch (Failure e) {
      boolean gone = e.code() == Code.SOURCE_CHANGED;
      add(at, gone ? Difference.Kind.MISSING : Difference.Kind.UNREADABLE, reason(entry, gone, e));
    }
  }

  private static String reason(Entry entry, boolean gone, Failure e) {
    if (!gone) {
      return e.what() + ": " + e.why();
    }
    return entry instanceof Entry.Directory ? "with everything in it" : "not there";
  }

  private static Facts.Kind kind(Entry entry) {
    return switch (entry) {
      case Entry.Directory directory -> Facts.Kind.DIRECTORY;
      case Entry.File file -> Facts.Kind.FILE;
      case Entry.HardLink link -> Facts.Kind.FILE;
      case Entry.Symlink link -> Facts.Kind.SYMLINK;
    };
  }

  /** What is no directory follows its directory, in the order in which names are listed. */
  private void checkChildren(EntryPath at, Path path) throws Failure {
    Set<Name> directories = tree.names.directories.getOrDefault(at, Set.of());
    int next = index + 1;
    for (Name name : tree.platform.children(path)) {
      while (isOther(next) && entries.get(next).path().name().compareTo(name) < 0) {
        next++;
      }
      boolean known = isOther(next) && entries.get(next).path().name().equals(name);
      if (!known && !directories.contains(name)) {
        EntryPath extra = at.depth() < EntryPath.DEPTH_MAX ? at.child(name) : at;
        add(extra, Difference.Kind.EXTRA, "not in the manifest");
      }
    }
  }

  private boolean isOther(int entry) {
    return entry < entries.size() && !(entries.get(entry) instanceof Entry.Directory);
  }

  private void checkAttributes(EntryPath at, Attributes wanted, Facts facts) {
    Attributes expected = Materialiser.held(wanted, tree.capacity);
    Attributes found = facts.attributes();
    boolean special = (expected.mode() & ~0777) != 0;
    int mode = found.mode() | (special ? facts.more().specialMode() : 0);
    if (tree.capacity.modes() && expected.mode() != mode) {
      add(at, Difference.Kind.MODE, "expected %o, is %o".formatted(expected.mode(), mode));
    }
    if (tree.capacity.times().isPresent()) {
      checkTime(at, expected, found);
    }
  }

  private void checkTime(EntryPath at, Attributes expected, Attributes found) {
    if (expected.mtimeSeconds() != found.mtimeSeconds()
        || expected.mtimeNanos() != found.mtimeNanos()) {
      add(at, Difference.Kind.TIME, "expected " + time(expected) + ", is " + time(found));
    }
  }

  private static String time(Attributes attributes) {
    return "%d.%09d".formatted(attributes.mtimeSeconds(), attributes.mtimeNanos());
  }

  /** An entry as it is there. */
  private record Found(Path path, Facts facts) {}

  private void checkProperties(EntryPath at, Attributes wanted, List<Property> found) {
    PropertyCapacity held = tree.capacity.properties();
    for (Property expected : wanted.properties()) {
      if (!held.holds(expected) && !tree.beside.isThere()) {
        continue;
      }
      Optional<Property> is =
          found.stream().filter(each -> each.key().equals(expected.key())).findAny();
      // Holes are how bytes are stored, not what they are.
      if (!expected.key().equals(Property.SPARSE)
          && is.filter(each -> same(expected, each)).isEmpty()
          && !tree.beside.holds(at, expected)) {
        add(
            at,
            Difference.Kind.PROPERTY,
            "expected " + expected + ", is " + is.map(Property::toString).orElse("not there"));
      }
    }
  }

  /** An owner is set by name where the machine knows it, else by number. */
  private static boolean same(Property expected, Property found) {
    if (!expected.key().equals(Property.OWNER)) {
      return expected.equals(found);
    }
    String[] wanted = expected.text().split(":", -1);
    String[] is = found.text().split(":", -1);
    return wanted.length == 4
        && is.length == 4
        && sameId(wanted[0], wanted[1], is[0], is[1])
        && sameId(wanted[2], wanted[3], is[2], is[3]);
  }

  private static boolean sameId(String id, String name, String otherId, String otherName) {
    return id.equals(otherId) || (name.equals(otherName) && !name.isEmpty());
  }

  private static Attributes attributes(Entry entry) {
    return switch (entry) {
      case Entry.Directory directory -> directory.attributes();
      case Entry.File file -> file.attributes();
      case Entry.Symlink link -> link.attributes();
      case Entry.HardLink link -> throw new IllegalArgumentException("a hard link has none");
    };
  }

  private void checkStreams(Entry entry, Found there, int first) {
    EntryPath at = entry.path();
    Map<Name, Long> found = new HashMap<>();
    try {
      boolean plain = attributes(entry).properties().isEmpty();
      Keep keep = plain ? Keep.USUAL : Keep.EVERYTHING;
      Streams streams = tree.platform.streams(there.path, there.facts, keep);
      for (Stream stream : streams.named()) {
        found.put(stream.name(), stream.size());
      }
      checkProperties(at, attributes(entry), streams.properties());
    } catch (Failure e) {
      if (e.code() != Code.STREAMS_HIDDEN || !entry.streams().isEmpty()) {
        add(at, Difference.Kind.UNREADABLE, e.what() + ": " + e.why());
      }
    }
    int number = first;
    for (Stream stream : entry.streams()) {
      SidecarPlan.Key key = new SidecarPlan.Key(index, stream.name());
      Long size = found.remove(stream.name());
      if (tree.beside.files().containsKey(key)) {
        readable.add(number);
        if (size != null) {
          add(at, stream.name(), Difference.Kind.EXTRA, "it is also in the sidecar");
        }
      } else if (size == null) {
        add(at, stream.name(), Difference.Kind.MISSING, "no such stream");
      } else if (size != stream.size()) {
        add(
            at,
            stream.name(),
            Difference.Kind.SIZE,
            "expected " + stream.size() + " bytes, has " + size);
      } else {
        readable.add(number);
      }
      number++;
    }
    List<Name> extra = new ArrayList<>(found.keySet());
    extra.sort(null);
    for (Name name : extra) {
      add(at, name, Difference.Kind.EXTRA, "not in the manifest");
    }
  }

  private void checkLink(Entry.Symlink link, Path path, Facts facts) throws Failure {
    if (!facts.target().equals(Optional.of(link.target()))) {
      String found = facts.target().map(Object::toString).orElse("nothing");
      add(link.path(), Difference.Kind.TARGET, "expected " + link.target() + ", is " + found);
    }
    Optional<Attributes> expected = Materialiser.heldByLink(link.attributes(), tree.capacity);
    if (expected.isPresent()) {
      checkTime(link.path(), expected.get(), facts.attributes());
    }
    if (NtfsReparse.in(link.attributes()).isPresent()) {
      List<Property> found = tree.platform.streams(path, facts, Keep.EVERYTHING).properties();
      checkProperties(link.path(), link.attributes(), found);
    }
  }
}
