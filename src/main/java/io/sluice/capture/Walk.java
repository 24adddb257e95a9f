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
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks a source in canonical order, beside the previous capture of it. Every entry is looked at
 * once; what goes wrong with one is remembered and the walk goes on, so that all problems are
 * found. Directories are listed in several threads, some ahead of the walk; what is made of them
 * does not depend on it.
 */
final class Walk {
  /** So many directories at most are listed at once. */
  private static final int AHEAD_MAX = 32;

  /** Behind so many entries that are listed and not taken, nothing more is listed ahead. */
  private static final int HELD_MAX = 10_000;

  private static final Remark SEVERAL_LINKS =
      Remark.mapped("hard link", "each name of a symbolic link is kept as a link of its own");

  private final Instant begun;

  /** The root's, if the platform tells. */
  private final Optional<Long> device;

  private final Threads threads;
  private final Lister lister;
  private final boolean keepsSpecialModes;
  private final Problems problems;
  private final Comparison comparison;
  private final EntryList.Builder entries = new EntryList.Builder();
  private final States states = new States();
  private final Remarks.Collector remarks = new Remarks.Collector();
  private final Map<FileId, EntryPath> linked = new HashMap<>();

  private boolean isSettled = true;

  /** Of the files so far, together. */
  private long bytes;

  private record FileId(long device, long inode) {}

  /** A directory to come, in canonical order; once it is listed, those in it come behind it. */
  private static final class Pending {
    final Listing.Directory directory;
    @Nullable Listing listing;
    @Nullable Pending next;

    Pending(Listing.Directory directory, @Nullable Pending next) {
      this.directory = directory;
      this.next = next;
    }

    void listed(Listing found) {
      listing = found;
      for (Listing.Directory each : found.directories().reversed()) {
        next = new Pending(each, next);
      }
    }
  }

  /**
   * What is walked.
   *
   * @param tellsEveryChange true if the root's file system does: see {@link
   *     Platform#tellsEveryChange}
   */
  record Source(Platform platform, Path root, Keep keep, boolean tellsEveryChange) {}

  private Walk(
      Source source, Facts root, Instant begun, Lister lister, Problems problems, Threads threads) {
    this.begun = begun;
    this.device = root.identity().map(Facts.Identity::device);
    this.threads = threads;
    this.lister = lister;
    this.keepsSpecialModes = source.keep().keepsSpecialModes();
    this.comparison = new Comparison(lister.previous());
    this.problems = problems;
  }

  /** The scan of a directory; incomplete if problems were found. */
  static Scan scan(
      Source source, Previous previous, Instant now, Problems problems, Threads threads)
      throws InterruptedException {
    try {
      Facts root = source.platform().facts(source.root());
      Lister lister = new Lister(source, root, previous, threads);
      Walk walk = new Walk(source, root, now, lister, problems, threads);
      walk.walk(new Listing.Directory(EntryPath.ROOT, source.root(), root));
      return new Scan(
          now,
          walk.entries.build(),
          walk.states,
          walk.remarks.remarks(),
          walk.comparison,
          walk.isSettled);
    } catch (Failure failure) {
      problems.add(EntryPath.ROOT.toString(), failure);
      return Scan.nothing(now);
    }
  }

  private void walk(Listing.Directory root) throws Failure, InterruptedException {
    Pending next = new Pending(root, null);
    while (next != null) {
      if (next.listing == null) {
        lookAhead(next);
      } else {
        take(next.listing);
        next = next.next;
      }
    }
  }

  /** Lists the next directories that are not listed yet, the first of them surely. */
  private void lookAhead(Pending first) throws Failure, InterruptedException {
    List<Pending> chosen = new ArrayList<>();
    List<Job<Listing>> jobs = new ArrayList<>();
    int held = 0;
    for (Pending each = first;
        each != null && chosen.size() < AHEAD_MAX && held < HELD_MAX;
        each = each.next) {
      Listing.Directory directory = each.directory;
      if (each.listing == null) {
        chosen.add(each);
        jobs.add(() -> lister.list(directory));
      } else {
        held += each.listing.leaves().size();
      }
    }
    List<Listing> listings = threads.all(jobs, threads.cores());
    for (int i = 0; i < listings.size(); i++) {
      chosen.get(i).listed(listings.get(i));
    }
  }

  private void take(Listing listing) {
    takeItself(listing);
    listing.leaves().forEach(leaf -> leaf(listing.directory(), leaf));
  }

  private void takeItself(Listing listing) {
    listing.problems().forEach(each -> problems.add(each.path().toString(), each.failure()));
    add(listing.itself());
  }

  private void leaf(Listing.Directory directory, Listing.Found child) {
    Facts facts = child.facts();
    EntryPath path = child.path();
    switch (facts.kind()) {
      case FILE -> file(directory, child);
      case SYMLINK -> {
        Streams streams = told(child);
        if (facts.target().isPresent()) {
          Attributes attributes = facts.attributes().with(streams.properties());
          Entry link = new Entry.Symlink(path, attributes, facts.target().get());
          add(link, facts, false, null);
          if (child.mayHaveMoreNames()) {
            remarks.add(path, SEVERAL_LINKS);
          }
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

  private void file(Listing.Directory directory, Listing.Found child) {
    Facts facts = child.facts();
    EntryPath path = child.path();
    if (!child.mayHaveMoreNames()) {
      add(child);
      return;
    }
    Facts.Identity identity = facts.identity().orElseThrow();
    EntryPath file = linked.putIfAbsent(new FileId(identity.device(), identity.inode()), path);
    if (file == null) {
      takeItself(lister.first(directory, child));
    } else {
      add(new Entry.HardLink(path, file), facts, false, null);
    }
  }

  /** Adds a file or directory. */
  private void add(Listing.Found found) {
    Facts facts = found.facts();
    if (facts.size().bytes() > Manifest.INTEGER_MAX - bytes) {
      problems.add(found.path().toString(), tooLarge(found.path()));
      return;
    }
    bytes += facts.size().bytes();
    if (!keepsSpecialModes) {
      for (String bit : facts.more().specialNames()) {
        remarks.add(found.path(), Remark.dropped(bit));
      }
    }
    Old old = found.old();
    if (old != null && found.streams() == null) {
      add(old.entry(), facts, true, old);
      return;
    }
    Streams streams = told(found);
    add(entry(found, streams), facts, streams.remarks().isEmpty(), old);
  }

  /** Holes count: a hole of any size costs nothing to make. */
  private static Failure tooLarge(EntryPath path) {
    return Failure.permanent(
        Code.MANIFEST_TOO_LARGE,
        "capturing " + path,
        "with it the files have more than 2^53 bytes, holes counted",
        "leave it out, or split the package");
  }

  private Entry entry(Listing.Found found, Streams streams) {
    Facts facts = found.facts();
    Attributes attributes = attributes(facts, streams);
    return facts.kind() == Facts.Kind.DIRECTORY
        ? new Entry.Directory(found.path(), attributes, streams.named())
        : new Entry.File(found.path(), attributes, facts.size().bytes(), streams.named());
  }

  /**
   * Adds an entry.
   *
   * @param whole true if all that was found at it is in the entry
   * @param old the previous capture's that has the same bytes
   */
  private void add(Entry entry, Facts facts, boolean whole, @Nullable Old old) {
    State state = State.of(facts, whole);
    entries.add(entry);
    states.add(state);
    comparison.add(entry, state, old);
    isSettled =
        isSettled
            && facts.identity().map(Facts.Identity::device).equals(device)
            && Previous.isOld(begun, state.changedNanos(), facts.attributes());
  }

  private Attributes attributes(Facts facts, Streams streams) {
    Attributes usual = facts.attributes();
    int special = keepsSpecialModes ? facts.more().specialMode() : 0;
    return special == 0 && streams.properties().isEmpty()
        ? usual
        : usual.with(usual.mode() | special).with(streams.properties());
  }

  /** What an entry has beside its facts; what of it is not kept is told. */
  private Streams told(Listing.Found found) {
    Streams streams = found.streams() == null ? Streams.NONE : found.streams();
    streams.remarks().forEach(remark -> remarks.add(found.path(), remark));
    return streams;
  }
}
