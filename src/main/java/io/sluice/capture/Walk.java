package io.sluice.capture;

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
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks a source in canonical order. Every entry is looked at once; what goes wrong with one is
 * remembered and the walk goes on, so that all problems are found.
 */
final class Walk {
  private final Platform platform;
  private final Keep keep;
  private final Problems problems;
  private final List<Seen> seen = new ArrayList<>();
  private final Remarks.Collector remarks = new Remarks.Collector();
  private final Map<FileId, EntryPath> linked = new HashMap<>();

  private record FileId(long device, long inode) {}

  private record Child(EntryPath path, Path file, Facts facts) {}

  private Walk(Platform platform, Keep keep, Problems problems) {
    this.platform = platform;
    this.keep = keep;
    this.problems = problems;
  }

  /** The scan of a directory; incomplete if problems were found. */
  static Scan scan(Platform platform, Path root, Keep keep, Instant now, Problems problems)
      throws InterruptedException {
    Walk walk = new Walk(platform, keep, problems);
    try {
      walk.directory(new Child(EntryPath.ROOT, root, platform.facts(root)));
    } catch (Failure failure) {
      problems.add(EntryPath.ROOT.toString(), failure);
    }
    return new Scan(now, walk.seen, walk.remarks.remarks());
  }

  private void directory(Child directory) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    EntryPath path = directory.path();
    Facts facts = directory.facts();
    Streams streams = streams(directory);
    Entry entry = new Entry.Directory(path, attributes(facts, streams), streams.named());
    seen.add(new Seen(entry, directory.file(), Seen.State.of(facts)));
    List<Child> directories = new ArrayList<>();
    for (Child child : children(directory)) {
      if (child.facts().kind() == Facts.Kind.DIRECTORY) {
        directories.add(child);
      } else {
        leaf(child, directory.file());
      }
    }
    for (Child child : directories) {
      directory(child);
    }
  }

  private List<Child> children(Child directory) {
    List<Child> children = new ArrayList<>();
    List<Name> names;
    try {
      names = platform.children(directory.file());
      if (!names.isEmpty() && directory.path().depth() == EntryPath.DEPTH_MAX) {
        throw Failure.permanent(
            Code.MANIFEST_TOO_LARGE,
            "capturing " + directory.path(),
            "it is deeper than " + EntryPath.DEPTH_MAX + " folders",
            "make the tree flatter");
      }
    } catch (Failure failure) {
      problems.add(directory.path().toString(), failure);
      return children;
    }
    for (Name name : names) {
      EntryPath path = directory.path().child(name);
      try {
        Path file = platform.child(directory.file(), name);
        children.add(new Child(path, file, platform.facts(file)));
      } catch (Failure failure) {
        problems.add(path.toString(), failure);
      }
    }
    return children;
  }

  private void leaf(Child child, Path folder) {
    Facts facts = child.facts();
    EntryPath path = child.path();
    switch (facts.kind()) {
      case FILE -> file(child, folder);
      case SYMLINK -> {
        // Streams of a link are not kept: they are told of.
        Streams streams = streams(child);
        if (facts.target().isPresent()) {
          Attributes attributes = facts.attributes().with(streams.properties());
          Entry link = new Entry.Symlink(path, attributes, facts.target().get());
          seen.add(new Seen(link, folder, Seen.State.of(facts)));
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

  private void file(Child child, Path folder) {
    Facts facts = child.facts();
    EntryPath path = child.path();
    if (facts.size().links() > 1 && facts.identity().isPresent()) {
      Facts.Identity identity = facts.identity().get();
      EntryPath file = linked.putIfAbsent(new FileId(identity.device(), identity.inode()), path);
      if (file != null) {
        seen.add(new Seen(new Entry.HardLink(path, file), folder, Seen.State.of(facts)));
        return;
      }
    }
    Streams streams = streams(child);
    Entry entry =
        new Entry.File(path, attributes(facts, streams), facts.size().bytes(), streams.named());
    seen.add(new Seen(entry, folder, Seen.State.of(facts)));
  }

  private Attributes attributes(Facts facts, Streams streams) {
    Attributes usual = facts.attributes();
    int special = keep.keepsSpecialModes() ? facts.more().specialMode() : 0;
    return special == 0 && streams.properties().isEmpty()
        ? usual
        : usual.with(usual.mode() | special).with(streams.properties());
  }

  /** What an entry has beside its facts; tells what is not kept. */
  private Streams streams(Child child) {
    Facts facts = child.facts();
    if (!keep.keepsSpecialModes()) {
      for (String bit : facts.more().specialNames()) {
        remarks.add(child.path(), Remark.dropped(bit));
      }
    }
    try {
      Streams streams = platform.streams(child.file(), facts, keep);
      streams.remarks().forEach(remark -> remarks.add(child.path(), remark));
      return streams;
    } catch (Failure failure) {
      problems.add(child.path().toString(), failure);
      return Streams.NONE;
    }
  }
}
