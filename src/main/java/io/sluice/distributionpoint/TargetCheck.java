package io.sluice.distributionpoint;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Remark;
import io.sluice.fidelity.Remarks;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Extents;
import io.sluice.filesystem.NameCapacity;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.PropertyCapacity;
import io.sluice.filesystem.StreamCapacity;
import io.sluice.filesystem.TimeCapacity;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a folder can hold, found by trying, and whether a manifest fits it: before the first byte.
 */
final class TargetCheck {
  /** What small things take on most file systems: files and directories come in such steps. */
  private static final long BLOCK_BYTES = 4096;

  private static final long LINK_BYTES = 512;

  /** How many different names are tried together. */
  private static final int NAMES_MAX = 10_000;

  private static final String KEPT_BESIDE = "kept in the sidecar";

  private final Platform platform;
  private final Path folder;
  private final StreamCapacity streams;
  private final EntryCapacity entries;
  private final NameCapacity names;

  private TargetCheck(
      Platform platform,
      Path folder,
      StreamCapacity streams,
      EntryCapacity entries,
      NameCapacity names) {
    this.platform = platform;
    this.folder = folder;
    this.streams = streams;
    this.entries = entries;
    this.names = names;
  }

  /** Tries out an existing folder; leaves nothing behind. */
  static TargetCheck of(Platform platform, Path folder, EntryCapacity entries) throws Failure {
    return new TargetCheck(
        platform, folder, platform.streamCapacity(folder), entries, platform.nameCapacity(folder));
  }

  /** Bytes a manifest's tree takes beside what is kept, as far as can be told beforehand. */
  static long bytesNeeded(Manifest manifest, Kept kept) {
    long needed = 0;
    int index = 0;
    for (Entry entry : manifest.entries()) {
      needed += kept.holds(index++) ? 0 : bytesNeeded(entry);
    }
    return needed;
  }

  private static long bytesNeeded(Entry entry) {
    long needed =
        switch (entry) {
          case Entry.File file -> blocks(dataBytes(file));
          case Entry.Directory directory -> BLOCK_BYTES;
          case Entry.Symlink link -> LINK_BYTES;
          case Entry.HardLink link -> 0;
        };
    for (Stream stream : entry.streams()) {
      needed += blocks(stream.size());
    }
    return needed;
  }

  private static long dataBytes(Entry.File file) {
    return extents(file).map(Extents::bytes).orElse(file.size());
  }

  /** Where a file has data, if the manifest says that it has holes. */
  static Optional<Extents> extents(Entry.File file) {
    return file.attributes()
        .property(Property.SPARSE)
        .flatMap(sparse -> Extents.parse(sparse, file.size()));
  }

  /** What the folder does not hold as it is, of what {@link #sidecar} and others let through. */
  Remarks remarks(Manifest manifest, SidecarPlan plan) {
    Remarks.Collector remarks = new Remarks.Collector();
    ofAll(manifest, remarks);
    List<Entry> all = manifest.entries();
    int beside = 0;
    for (int i = 0; i < all.size(); i++) {
      Entry entry = all.get(i);
      boolean inSidecar = !plan.attributes().isEmpty();
      for (String what : lost(entry)) {
        boolean kept = inSidecar && !what.equals(PropertyCapacity.SPECIAL_MODES);
        remarks.add(
            entry.path(),
            kept
                ? Remark.mapped(what, KEPT_BESIDE)
                : Remark.refused(what, "the file system does not hold it"));
      }
      while (beside < plan.items().size() && plan.items().get(beside).entry() == i) {
        Name stream = plan.items().get(beside++).stream().name();
        remarks.add(entry.path(), Remark.mapped("stream " + stream, KEPT_BESIDE));
      }
    }
    return remarks.remarks();
  }

  /** What is not held of mode and time: told once, not of each entry. */
  private void ofAll(Manifest manifest, Remarks.Collector remarks) {
    if (!entries.modes()) {
      remarks.add(
          EntryPath.ROOT, Remark.refused("mode", "the file system shows its own for all entries"));
    }
    if (entries.times().isEmpty()) {
      remarks.add(EntryPath.ROOT, Remark.refused("time", "the file system lets none be set"));
      return;
    }
    long rounded = manifest.entries().stream().filter(this::isRounded).count();
    if (rounded > 0) {
      String how = "of " + rounded + " entries, to the nearest before that the file system holds";
      remarks.add(EntryPath.ROOT, Remark.mapped("time", how));
    }
  }

  private boolean isRounded(Entry entry) {
    return switch (entry) {
      case Entry.Directory directory -> isRounded(directory.attributes(), entries.times());
      case Entry.File file -> isRounded(file.attributes(), entries.times());
      case Entry.Symlink link -> isRounded(link.attributes(), entries.linkTimes());
      case Entry.HardLink link -> false;
    };
  }

  private static boolean isRounded(Attributes attributes, Optional<TimeCapacity> times) {
    return times.isEmpty() || !times.get().nearest(attributes).equals(attributes);
  }

  private List<String> lost(Entry entry) {
    return attributes(entry).map(entries.properties()::lost).orElse(List.of());
  }

  private static Optional<Attributes> attributes(Entry entry) {
    return switch (entry) {
      case Entry.Directory directory -> Optional.of(directory.attributes());
      case Entry.File file -> Optional.of(file.attributes());
      case Entry.Symlink link -> Optional.of(link.attributes());
      case Entry.HardLink link -> Optional.empty();
    };
  }

  private static long blocks(long bytes) {
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
  }

  /** NO_SPACE if a manifest's tree needs more than this beside what is kept. */
  void requireSpace(Manifest manifest, Kept kept, long free) throws Failure {
    long needed = bytesNeeded(manifest, kept);
    if (needed > free) {
      throw Failure.temporary(
          Code.NO_SPACE,
          "placing " + manifest.entries().size() + " entries in " + folder,
          "they need " + needed + " bytes and " + free + " are free",
          "make room on the file system; Sluice then continues by itself");
    }
  }

  /** NAME_UNSUPPORTED listing every name, path and link that the folder cannot hold. */
  void requireNames(Manifest manifest) throws Failure {
    List<String> problems = new ArrayList<>();
    Set<Name> unsupported = unsupportedNames(manifest);
    Set<LinkTarget> badTargets = badTargets(manifest);
    int base = folder.toString().getBytes(StandardCharsets.UTF_8).length;
    for (Entry entry : manifest.entries()) {
      EntryPath path = entry.path();
      if (!path.isRoot() && unsupported.contains(path.name())) {
        problems.add(path + " (the name)");
      } else if (base + length(path) > names.pathBytesMax()) {
        problems.add(path + " (the whole path has over " + names.pathBytesMax() + " bytes)");
      } else if (entry instanceof Entry.Symlink && !entries.symlinks()) {
        problems.add(path + " (a symbolic link)");
      } else if (entry instanceof Entry.Symlink link && badTargets.contains(link.target())) {
        problems.add(path + " (a symbolic link to " + link.target() + ")");
      } else if (entry instanceof Entry.HardLink && !entries.hardLinks()) {
        problems.add(path + " (a second name of a file)");
      }
    }
    problems.addAll(collisions(manifest, unsupported));
    if (!problems.isEmpty()) {
      throw Failure.permanent(
              Code.NAME_UNSUPPORTED,
              "placing a version in " + folder,
              "the file system cannot hold " + problems.size() + " of its names",
              "rename them in the source, or use a file system that can hold them")
          .about(problems);
    }
  }

  /**
   * Names repeat: each is tried once, unless others came between that were too many to remember.
   */
  private Set<Name> unsupportedNames(Manifest manifest) throws Failure {
    Set<Name> unsupported = new HashSet<>();
    Set<Name> untried = new LinkedHashSet<>();
    for (Entry entry : manifest.entries()) {
      if (!entry.path().isRoot()) {
        untried.add(entry.path().name());
      }
      if (untried.size() == NAMES_MAX) {
        unsupported.addAll(platform.unsupportedNames(folder, untried));
        untried.clear();
      }
    }
    unsupported.addAll(platform.unsupportedNames(folder, untried));
    return unsupported;
  }

  private Set<LinkTarget> badTargets(Manifest manifest) throws Failure {
    Set<LinkTarget> targets = new LinkedHashSet<>();
    for (Entry entry : manifest.entries()) {
      if (entry instanceof Entry.Symlink link) {
        targets.add(link.target());
      }
    }
    return targets.isEmpty() || !entries.symlinks()
        ? Set.of()
        : new HashSet<>(platform.unsupportedTargets(folder, targets));
  }

  private static int length(EntryPath path) {
    int length = 0;
    for (EntryPath at = path; !at.isRoot(); at = at.parent()) {
      length += 1 + at.name().length();
    }
    return length;
  }

  /** Names that may be the same here are tried: only the file system knows its own rules. */
  private List<String> collisions(Manifest manifest, Set<Name> unsupported) throws Failure {
    if (names.caseSensitive() && names.formSensitive()) {
      return List.of();
    }
    List<String> problems = new ArrayList<>();
    Map<EntryPath, Map<String, List<Name>>> seen = new HashMap<>();
    for (Entry entry : manifest.entries()) {
      EntryPath path = entry.path();
      if (!path.isRoot() && !unsupported.contains(path.name())) {
        List<Name> alike =
            seen.computeIfAbsent(path.parent(), p -> new HashMap<>())
                .computeIfAbsent(names.key(path.name()), k -> new ArrayList<>());
        for (Name before : alike) {
          if (platform.isOneName(folder, before, path.name())) {
            problems.add(path + " (the same here as " + before + ")");
            break;
          }
        }
        alike.add(path.name());
      }
    }
    return problems;
  }

  /**
   * What goes to the sidecar, because the folder itself cannot hold it.
   *
   * @throws Failure STREAMS_UNSUPPORTED listing every file and stream, if the policy is to refuse
   */
  SidecarPlan sidecar(Manifest manifest, StreamPolicy policy) throws Failure {
    List<SidecarPlan.Item> beyond = new ArrayList<>();
    int index = 0;
    for (Entry entry : manifest.entries()) {
      if (!entry.streams().isEmpty() && !streams.holds(entry.streams())) {
        List<Stream> held = new ArrayList<>();
        for (Stream stream : entry.streams()) {
          held.add(stream);
          if (!streams.holds(held)) {
            held.removeLast();
            beyond.add(new SidecarPlan.Item(index, stream));
          }
        }
      }
      index++;
    }
    if (policy == StreamPolicy.REFUSE && !beyond.isEmpty()) {
      throw unsupported(manifest, beyond);
    }
    return SidecarPlan.of(
        beyond, policy == StreamPolicy.SIDECAR ? attributesBeyond(manifest) : List.of());
  }

  private List<SidecarPlan.Attribute> attributesBeyond(Manifest manifest) {
    List<SidecarPlan.Attribute> beyond = new ArrayList<>();
    int index = 0;
    for (Entry entry : manifest.entries()) {
      for (Property property : attributes(entry).map(Attributes::properties).orElse(List.of())) {
        if (!entries.properties().holds(property)) {
          beyond.add(new SidecarPlan.Attribute(index, property));
        }
      }
      index++;
    }
    return beyond;
  }

  private Failure unsupported(Manifest manifest, List<SidecarPlan.Item> beyond) {
    List<String> items = new ArrayList<>();
    for (SidecarPlan.Item item : beyond) {
      Stream stream = item.stream();
      EntryPath path = manifest.entries().get(item.entry()).path();
      items.add(path + " : " + stream.name() + " (" + stream.size() + " bytes)");
    }
    String limit =
        streams.streamBytesMax() == 0
            ? "it holds no named streams at all"
            : "it holds streams of at most " + streams.streamBytesMax() + " bytes";
    if (streams.streamBytesMax() > 0 && streams.entryBytesMax() < Long.MAX_VALUE) {
      limit += " and about " + streams.entryBytesMax() + " bytes of them for one entry";
    }
    return Failure.permanent(
            Code.STREAMS_UNSUPPORTED,
            "placing a version with "
                + manifest.streamCount()
                + " named streams in "
                + folder
                + ", of which the file system cannot hold "
                + beyond.size(),
            limit,
            "use a folder on NTFS, or let this distribution point keep them in a sidecar")
        .about(items);
  }
}
