package io.sluice.capture;

import io.sluice.capture.Comparison.Old;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Remark;
import io.sluice.fidelity.Remarks;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryList;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks a source in canonical order, beside the previous capture of it. Every entry is looked at
 * once; what goes wrong with one is remembered and the walk goes on, so that all problems are
 * found.
 */
final class Walk {
  private static final long NO_DEVICE = Long.MIN_VALUE;

  private final Platform platform;
  private final Keep keep;
  private final boolean keepsSpecialModes;
  private final Problems problems;
  private final OldEntries before;
  private final Previous previous;
  private final Comparison comparison;
  private final EntryList.Builder entries = new EntryList.Builder();
  private final States states = new States();
  private final Remarks.Collector remarks = new Remarks.Collector();
  private final Map<FileId, EntryPath> linked = new HashMap<>();

  /** The device whose file system tells of every change, if it is known to. */
  private long device = NO_DEVICE;

  private record FileId(long device, long inode) {}

  /** An entry on its way; {@code folder} is the directory itself, or the one it stands in. */
  private record Child(EntryPath path, Path folder, Facts facts) {}

  /**
   * What is walked.
   *
   * @param tellsEveryChange true if the root's file system does: see {@link
   *     Platform#tellsEveryChange}
   */
  record Source(Platform platform, Path root, Keep keep, boolean tellsEveryChange) {}

  private Walk(Source source, Previous previous, Problems problems) {
    this.platform = source.platform();
    this.keep = source.keep();
    this.keepsSpecialModes = keep.keepsSpecialModes();
    this.previous = previous;
    this.before = new OldEntries(previous.entries());
    this.comparison = new Comparison(previous);
    this.problems = problems;
  }

  /** The scan of a directory; incomplete if problems were found. */
  static Scan scan(Source source, Previous previous, Instant now, Problems problems)
      throws InterruptedException {
    Walk walk = new Walk(source, previous, problems);
    try {
      Facts facts = walk.platform.facts(source.root());
      walk.device = source.tellsEveryChange() ? device(facts) : NO_DEVICE;
      walk.directory(new Child(EntryPath.ROOT, source.root(), facts));
    } catch (Failure failure) {
      problems.add(EntryPath.ROOT.toString(), failure);
    }
    return new Scan(
        now, walk.entries.build(), walk.states, walk.remarks.remarks(), walk.comparison);
  }

  private static long device(Facts facts) {
    return facts.identity().map(Facts.Identity::device).orElse(NO_DEVICE);
  }

  private void directory(Child directory) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Old old = before.directory(directory.path());
    add(directory, old);
    OldEntries.Leaves leaves = before.leavesOf(old);
    List<Child> directories = new ArrayList<>();
    for (Child child : children(directory)) {
      if (child.facts().kind() == Facts.Kind.DIRECTORY) {
        directories.add(child);
      } else {
        leaf(child, leaves);
      }
    }
    for (Child child : directories) {
      try {
        Path folder = platform.child(directory.folder(), child.path().name());
        directory(new Child(child.path(), folder, child.facts()));
      } catch (Failure failure) {
        problems.add(child.path().toString(), failure);
      }
    }
  }

  private List<Child> children(Child directory) {
    List<Child> children = new ArrayList<>();
    EntryPath path = directory.path();
    try {
      if (path.depth() == EntryPath.DEPTH_MAX) {
        requireEmpty(directory);
        return children;
      }
      platform.children(
          directory.folder(),
          new Platform.ChildFacts() {
            @Override
            public void found(Name name, Facts facts) {
              children.add(new Child(path.child(name), directory.folder(), facts));
            }

            @Override
            public void failed(Name name, Failure failure) {
              problems.add(path.child(name).toString(), failure);
            }
          });
    } catch (Failure failure) {
      problems.add(path.toString(), failure);
    }
    return children;
  }

  private void requireEmpty(Child directory) throws Failure {
    if (!platform.children(directory.folder()).isEmpty()) {
      throw Failure.permanent(
          Code.MANIFEST_TOO_LARGE,
          "capturing " + directory.path(),
          "it is deeper than " + EntryPath.DEPTH_MAX + " folders",
          "make the tree flatter");
    }
  }

  private void leaf(Child child, OldEntries.Leaves leaves) {
    Facts facts = child.facts();
    EntryPath path = child.path();
    switch (facts.kind()) {
      case FILE -> file(child, leaves);
      case SYMLINK -> {
        // Streams of a link are not kept: they are told of.
        Streams streams = streams(child);
        if (facts.target().isPresent()) {
          Attributes attributes = facts.attributes().with(streams.properties());
          Entry link = new Entry.Symlink(path, attributes, facts.target().get());
          add(link, State.of(facts, false), null);
        } else {
          problems.addChanged(path.toString(), "a symbolic link without a target");
        }
      }
      case SPECIAL ->
          remarks.add(
              path, Remark.refused("", Code.SPECIAL_FILE.id() + " " + Code.SPECIAL_FILE.summary()));
      case DIRECTORY -> throw new IllegalStateException("a directory is no leaf: " + path);
    }
  }

  private void file(Child child, OldEntries.Leaves leaves) {
    Facts facts = child.facts();
    EntryPath path = child.path();
    if (facts.size().links() > 1 && facts.identity().isPresent()) {
      Facts.Identity identity = facts.identity().get();
      EntryPath file = linked.putIfAbsent(new FileId(identity.device(), identity.inode()), path);
      if (file != null) {
        add(new Entry.HardLink(path, file), State.of(facts, false), null);
        return;
      }
    }
    add(child, leaves.find(path.name()));
  }

  /** Adds a file or directory; one that provably is as it was need not be listed. */
  private void add(Child child, @Nullable Old old) {
    Facts facts = child.facts();
    Old unchanged = old != null && previous.isUnchanged(old, facts) ? old : null;
    if (!keepsSpecialModes) {
      for (String bit : facts.more().specialNames()) {
        remarks.add(child.path(), Remark.dropped(bit));
      }
    }
    if (unchanged != null && isWholeStill(unchanged, facts)) {
      add(unchanged.entry(), State.of(facts, true), unchanged);
      return;
    }
    Streams streams = streams(child);
    Entry entry = entry(child, streams);
    boolean sameStreams = unchanged != null && entry.streams().equals(unchanged.entry().streams());
    add(entry, State.of(facts, streams.remarks().isEmpty()), sameStreams ? unchanged : null);
  }

  /** True if all that was found at an unchanged entry is in the manifest and nothing came since. */
  private boolean isWholeStill(Old unchanged, Facts facts) {
    return device != NO_DEVICE
        && device == device(facts)
        && previous.states().get(unchanged.index()).whole();
  }

  private Entry entry(Child child, Streams streams) {
    Attributes attributes = attributes(child.facts(), streams);
    return child.facts().kind() == Facts.Kind.DIRECTORY
        ? new Entry.Directory(child.path(), attributes, streams.named())
        : new Entry.File(child.path(), attributes, child.facts().size().bytes(), streams.named());
  }

  private void add(Entry entry, State state, @Nullable Old bytes) {
    entries.add(entry);
    states.add(state);
    comparison.add(entry, state, bytes);
  }

  private Attributes attributes(Facts facts, Streams streams) {
    Attributes usual = facts.attributes();
    int special = keepsSpecialModes ? facts.more().specialMode() : 0;
    return special == 0 && streams.properties().isEmpty()
        ? usual
        : usual.with(usual.mode() | special).with(streams.properties());
  }

  /** What an entry has beside its facts; tells what is not kept. */
  private Streams streams(Child child) {
    try {
      boolean directory = child.facts().kind() == Facts.Kind.DIRECTORY;
      Path entry = directory ? child.folder() : platform.child(child.folder(), child.path().name());
      Streams streams = platform.streams(entry, child.facts(), keep);
      streams.remarks().forEach(remark -> remarks.add(child.path(), remark));
      return streams;
    } catch (Failure failure) {
      problems.add(child.path().toString(), failure);
      return Streams.NONE;
    }
  }
}
