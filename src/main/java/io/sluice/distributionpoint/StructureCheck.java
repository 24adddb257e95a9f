package io.sluice.distributionpoint;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Everything about a folder but its bytes. */
final class StructureCheck {
  private final Platform platform;
  private final Manifest manifest;
  private final TreePaths paths;
  private final EntryCapacity capacity;
  private final ContentLayout layout;
  private final Differences differences = new Differences();

  /** Streams by their place in the content sequence: there, of the right size. */
  private final BitSet readable = new BitSet();

  /** Directories that are there as directories, so that looking below follows no link. */
  private final Set<EntryPath> walked = new HashSet<>();

  private final Map<EntryPath, Set<Name>> children = new HashMap<>();
  private final Map<EntryPath, Facts> linkedFiles = new HashMap<>();
  private final Map<FileId, EntryPath> severalNames = new HashMap<>();
  private final Set<EntryPath> severalNamesExpected = new HashSet<>();
  private int span;

  StructureCheck(Platform platform, Manifest manifest, TreePaths paths, EntryCapacity capacity) {
    this.platform = platform;
    this.manifest = manifest;
    this.paths = paths;
    this.capacity = capacity;
    this.layout = ContentLayout.of(manifest);
  }

  /** Which file, on this machine, whatever its state. */
  private record FileId(long device, long inode) {
    static Optional<FileId> of(Facts facts) {
      return facts.identity().map(id -> new FileId(id.device(), id.inode()));
    }
  }

  List<Difference> differences() {
    return differences.list();
  }

  BitSet readable() {
    return readable;
  }

  void run(SidecarCheck beside) throws InterruptedException {
    for (Entry entry : manifest.entries()) {
      if (!entry.path().isRoot()) {
        children.computeIfAbsent(entry.path().parent(), p -> new HashSet<>()).add(name(entry));
      }
      if (entry instanceof Entry.HardLink link) {
        severalNamesExpected.add(link.file());
      }
    }
    int index = 0;
    for (Entry entry : manifest.entries()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      List<ContentLayout.Span> spans = layout.ofEntry(index);
      if (entry.path().isRoot() || walked.contains(entry.path().parent())) {
        check(index, entry, beside);
      }
      span += spans.size();
      index++;
    }
  }

  private static Name name(Entry entry) {
    return entry.path().name();
  }

  private void check(int index, Entry entry, SidecarCheck beside) {
    EntryPath at = entry.path();
    try {
      Path path = paths.of(at);
      Facts facts = platform.facts(path);
      Facts.Kind expected = kind(entry);
      if (facts.kind() != expected) {
        differences.add(at, Difference.Kind.KIND, "expected " + expected + ", is " + facts.kind());
        return;
      }
      switch (entry) {
        case Entry.Directory directory -> {
          walked.add(at);
          checkChildren(at, path);
          checkAttributes(at, directory.attributes(), facts);
          checkStreams(index, directory, new Found(path, facts), span, beside);
        }
        case Entry.File file -> {
          if (facts.size().bytes() == file.size()) {
            readable.set(span);
          } else {
            String found = "expected " + file.size() + " bytes, has " + facts.size().bytes();
            differences.add(at, Difference.Kind.SIZE, found);
          }
          checkAttributes(at, file.attributes(), facts);
          checkStreams(index, file, new Found(path, facts), span + 1, beside);
          checkNames(at, facts);
        }
        case Entry.Symlink link -> checkLink(link, facts);
        case Entry.HardLink link -> checkHardLink(link, facts);
      }
    } catch (Failure e) {
      boolean gone = e.code() == Code.SOURCE_CHANGED;
      differences.add(
          at, gone ? Difference.Kind.MISSING : Difference.Kind.UNREADABLE, reason(entry, gone, e));
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

  private void checkChildren(EntryPath at, Path path) throws Failure {
    Set<Name> expected = children.getOrDefault(at, Set.of());
    for (Name name : platform.children(path)) {
      if (!expected.contains(name)) {
        EntryPath extra = at.depth() < EntryPath.DEPTH_MAX ? at.child(name) : at;
        differences.add(extra, Difference.Kind.EXTRA, "not in the manifest");
      }
    }
  }

  private void checkAttributes(EntryPath at, Attributes wanted, Facts facts) {
    Attributes expected = Materialiser.held(wanted, capacity);
    Attributes found = facts.attributes();
    boolean special = (expected.mode() & ~0777) != 0;
    int mode = found.mode() | (special ? facts.more().specialMode() : 0);
    if (capacity.modes() && expected.mode() != mode) {
      differences.add(
          at, Difference.Kind.MODE, "expected %o, is %o".formatted(expected.mode(), mode));
    }
    if (capacity.times().isPresent()) {
      checkTime(at, expected, found);
    }
  }

  private void checkTime(EntryPath at, Attributes expected, Attributes found) {
    if (expected.mtimeSeconds() != found.mtimeSeconds()
        || expected.mtimeNanos() != found.mtimeNanos()) {
      differences.add(
          at, Difference.Kind.TIME, "expected " + time(expected) + ", is " + time(found));
    }
  }

  private static String time(Attributes attributes) {
    return "%d.%09d".formatted(attributes.mtimeSeconds(), attributes.mtimeNanos());
  }

  /** An entry as it is there. */
  private record Found(Path path, Facts facts) {}

  private void checkProperties(EntryPath at, Attributes wanted, List<Property> found) {
    for (Property expected : Materialiser.held(wanted, capacity).properties()) {
      Optional<Property> is =
          found.stream().filter(each -> each.key().equals(expected.key())).findAny();
      // Holes are how bytes are stored, not what they are.
      if (!expected.key().equals(Property.SPARSE)
          && is.filter(each -> same(expected, each)).isEmpty()) {
        differences.add(
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

  private void checkStreams(int index, Entry entry, Found there, int first, SidecarCheck beside) {
    EntryPath at = entry.path();
    Map<Name, Long> found = new HashMap<>();
    try {
      boolean plain = attributes(entry).properties().isEmpty();
      Keep keep = plain ? Keep.USUAL : Keep.EVERYTHING;
      Streams streams = platform.streams(there.path, there.facts, keep);
      for (Stream stream : streams.named()) {
        found.put(stream.name(), stream.size());
      }
      checkProperties(at, attributes(entry), streams.properties());
    } catch (Failure e) {
      if (e.code() != Code.STREAMS_HIDDEN || !entry.streams().isEmpty()) {
        differences.add(at, Difference.Kind.UNREADABLE, e.what() + ": " + e.why());
      }
    }
    int number = first;
    for (Stream stream : entry.streams()) {
      SidecarPlan.Key key = new SidecarPlan.Key(index, stream.name());
      Long size = found.remove(stream.name());
      if (beside.files().containsKey(key)) {
        readable.set(number);
        if (size != null) {
          differences.add(at, stream.name(), Difference.Kind.EXTRA, "it is also in the sidecar");
        }
      } else if (size == null) {
        differences.add(at, stream.name(), Difference.Kind.MISSING, "no such stream");
      } else if (size != stream.size()) {
        differences.add(
            at,
            stream.name(),
            Difference.Kind.SIZE,
            "expected " + stream.size() + " bytes, has " + size);
      } else {
        readable.set(number);
      }
      number++;
    }
    List<Name> extra = new ArrayList<>(found.keySet());
    extra.sort(null);
    for (Name name : extra) {
      differences.add(at, name, Difference.Kind.EXTRA, "not in the manifest");
    }
  }

  private void checkLink(Entry.Symlink link, Facts facts) {
    if (!facts.target().equals(Optional.of(link.target()))) {
      String found = facts.target().map(Object::toString).orElse("nothing");
      differences.add(
          link.path(), Difference.Kind.TARGET, "expected " + link.target() + ", is " + found);
    }
    Optional<Attributes> expected = Materialiser.heldByLink(link.attributes(), capacity);
    if (expected.isPresent()) {
      checkTime(link.path(), expected.get(), facts.attributes());
    }
  }

  /** A file must not share its bytes with one that the manifest says is another. */
  private void checkNames(EntryPath at, Facts facts) {
    if (severalNamesExpected.contains(at)) {
      linkedFiles.put(at, facts);
    }
    Optional<FileId> id = FileId.of(facts);
    if (facts.size().links() > 1 && id.isPresent()) {
      EntryPath other = severalNames.putIfAbsent(id.get(), at);
      if (other != null) {
        differences.add(at, Difference.Kind.HARD_LINK, "is the same file as " + other);
      }
    }
  }

  private void checkHardLink(Entry.HardLink link, Facts facts) {
    Facts file = linkedFiles.get(link.file());
    boolean same =
        file != null && (FileId.of(file).isEmpty() || FileId.of(file).equals(FileId.of(facts)));
    if (!same) {
      differences.add(
          link.path(), Difference.Kind.HARD_LINK, "is not the same file as " + link.file());
    }
  }
}
