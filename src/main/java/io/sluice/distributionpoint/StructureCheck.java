package io.sluice.distributionpoint;

import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything about a folder but its bytes. First finds the directories, then looks at entries side
 * by side, last compares which names are one file.
 */
final class StructureCheck {
  /** Entries one thread looks at in a row. */
  private static final int BATCH_ENTRIES = 512;

  private final Manifest manifest;
  private final EntryCheck.Tree tree;

  /** Streams by their place in the content sequence: there, of the right size. */
  private final BitSet readable = new BitSet();

  private final List<EntryCheck.At> differences = new ArrayList<>();
  private final List<EntryCheck.Linked> linked = new ArrayList<>();

  StructureCheck(
      Platform platform,
      Manifest manifest,
      ContentLayout layout,
      Path folder,
      EntryCapacity capacity,
      SidecarCheck beside) {
    this.manifest = manifest;
    EntryCheck.Names names =
        new EntryCheck.Names(new HashMap<>(), new HashSet<>(), new HashSet<>());
    this.tree = new EntryCheck.Tree(platform, folder, capacity, layout, beside, names);
  }

  /** Which file, on this machine, whatever its state. */
  private record FileId(long device, long inode) {
    static Optional<FileId> of(Facts facts) {
      return facts.identity().map(id -> new FileId(id.device(), id.inode()));
    }
  }

  /** Streams whose bytes can be compared; complete after {@link #run}. */
  BitSet readable() {
    return readable;
  }

  /** The differences, in order of the entries. */
  List<Difference> run(Threads threads) throws Failure, InterruptedException {
    findDirectories();
    List<Entry> entries = manifest.entries();
    Batches<EntryCheck.Part> batches = new Batches<>(threads, this::take);
    for (int from = 0; from < entries.size(); from += BATCH_ENTRIES) {
      int first = from;
      int end = Math.min(from + BATCH_ENTRIES, entries.size());
      batches.add(() -> new EntryCheck(tree).check(entries, first, end));
    }
    batches.finish();
    checkNames();
    differences.sort(Comparator.comparingInt(EntryCheck.At::entry));
    return differences.stream().map(EntryCheck.At::difference).toList();
  }

  private void take(EntryCheck.Part part) {
    part.differences().forEach(this::add);
    linked.addAll(part.linked());
    part.readable().forEach(readable::set);
  }

  private void add(EntryCheck.At difference) {
    if (differences.size() < Differences.DIFFERENCES_MAX) {
      differences.add(difference);
    }
  }

  private void findDirectories() throws InterruptedException {
    TreePaths paths = new TreePaths(tree.platform(), tree.folder());
    EntryCheck.Names names = tree.names();
    for (Entry entry : manifest.entries()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      EntryPath at = entry.path();
      if (entry instanceof Entry.Directory && !at.isRoot()) {
        names.directories().computeIfAbsent(at.parent(), p -> new HashSet<>()).add(at.name());
      }
      if (entry instanceof Entry.HardLink link) {
        names.several().add(link.file());
      }
      if (entry instanceof Entry.Directory
          && (at.isRoot() || names.walked().contains(at.parent()))
          && isDirectory(paths, at)) {
        names.walked().add(at);
      }
    }
  }

  private boolean isDirectory(TreePaths paths, EntryPath at) {
    try {
      return tree.platform().facts(paths.of(at)).kind() == Facts.Kind.DIRECTORY;
    } catch (Failure e) {
      // Told when the entry itself is looked at.
      return false;
    }
  }

  /** A file must be the same as its other names, and share its bytes with nothing else. */
  private void checkNames() {
    Map<EntryPath, Facts> files = new HashMap<>();
    Map<FileId, EntryPath> severalNames = new HashMap<>();
    for (EntryCheck.Linked each : linked) {
      Entry entry = manifest.entries().get(each.entry());
      Optional<FileId> id = FileId.of(each.facts());
      if (entry instanceof Entry.HardLink link) {
        Facts file = files.get(link.file());
        if (file == null || (FileId.of(file).isPresent() && !FileId.of(file).equals(id))) {
          add(difference(each, entry, "is not the same file as " + link.file()));
        }
        continue;
      }
      files.put(entry.path(), each.facts());
      if (id.isPresent() && each.facts().size().links() > 1) {
        EntryPath other = severalNames.putIfAbsent(id.get(), entry.path());
        if (other != null) {
          add(difference(each, entry, "is the same file as " + other));
        }
      }
    }
  }

  private static EntryCheck.At difference(EntryCheck.Linked at, Entry entry, String detail) {
    return new EntryCheck.At(
        at.entry(),
        new Difference(entry.path(), Optional.empty(), Difference.Kind.HARD_LINK, detail));
  }
}
