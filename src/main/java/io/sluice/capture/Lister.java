package io.sluice.capture;

import io.sluice.capture.Comparison.Old;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists directories beside the previous capture of them; a large one in several threads. Any
 * thread: a listing depends on nothing but its directory.
 */
final class Lister {
  /** So many children of one directory are looked at by one thread. */
  private static final int PIECE_MAX = 1_000;

  private static final long NO_DEVICE = Long.MIN_VALUE;

  private final Threads threads;
  private final Platform platform;
  private final Keep keep;
  private final Previous previous;
  private final OldEntries before;

  /** The device whose file system tells of every change, if it is known to. */
  private final long device;

  Lister(Walk.Source source, Facts root, Previous previous, Threads threads) {
    this.threads = threads;
    this.platform = source.platform();
    this.keep = source.keep();
    this.previous = previous;
    this.before = new OldEntries(previous.entries());
    this.device = source.tellsEveryChange() ? device(root) : NO_DEVICE;
  }

  Previous previous() {
    return previous;
  }

  /** What is in a directory; what goes wrong with an entry is noted beside. */
  Listing list(Listing.Directory directory) throws Failure, InterruptedException {
    Piece whole = new Piece(directory);
    Old old = before.directory(directory.path());
    Listing.Found itself = whole.found(directory.path(), directory.facts(), old);
    List<Name> names = whole.names();
    OldEntries.Leaves olds = before.leavesOf(old);
    if (names.size() <= PIECE_MAX) {
      whole.look(names, olds);
    } else {
      List<Job<Piece>> pieces = new ArrayList<>();
      for (int from = 0; from < names.size(); from += PIECE_MAX) {
        List<Name> some = names.subList(from, Math.min(names.size(), from + PIECE_MAX));
        pieces.add(() -> new Piece(directory).look(some, olds.from(some.getFirst())));
      }
      threads.all(pieces, threads.cores()).forEach(whole::add);
    }
    return new Listing(directory, itself, whole.leaves, whole.directories, whole.problems);
  }

  /**
   * A file of several names, whole. Only the first name in the tree is asked for it, and a listing
   * does not know which that is.
   */
  Listing first(Listing.Directory directory, Listing.Found file) {
    Piece piece = new Piece(directory);
    Name name = file.path().name();
    Old old = before.leavesOf(before.directory(directory.path())).from(name).find(name);
    Listing.Found whole = piece.found(file.path(), file.facts(), old);
    return new Listing(directory, whole, List.of(), List.of(), piece.problems);
  }

  private static long device(Facts facts) {
    return facts.identity().map(Facts.Identity::device).orElse(NO_DEVICE);
  }

  /** What one thread finds of a directory. */
  private final class Piece {
    private final Listing.Directory directory;
    private final List<Listing.Found> leaves = new ArrayList<>();
    private final List<Listing.Directory> directories = new ArrayList<>();
    private final List<Listing.Problem> problems = new ArrayList<>();

    Piece(Listing.Directory directory) {
      this.directory = directory;
    }

    void add(Piece next) {
      leaves.addAll(next.leaves);
      directories.addAll(next.directories);
      problems.addAll(next.problems);
    }

    List<Name> names() {
      try {
        List<Name> names = platform.children(directory.folder());
        if (directory.path().depth() < EntryPath.DEPTH_MAX || names.isEmpty()) {
          return names;
        }
        throw Failure.permanent(
            Code.MANIFEST_TOO_LARGE,
            "capturing " + directory.path(),
            "it is deeper than " + EntryPath.DEPTH_MAX + " folders",
            "make the tree flatter");
      } catch (Failure failure) {
        problem(directory.path(), failure);
        return List.of();
      }
    }

    /** Looks at children, in order of name. */
    Piece look(List<Name> names, OldEntries.Leaves olds) {
      if (names.isEmpty()) {
        return this;
      }
      try {
        platform.facts(
            directory.folder(),
            names,
            new Platform.ChildFacts() {
              @Override
              public void found(Name name, Facts facts) {
                child(directory.path().child(name), facts, olds);
              }

              @Override
              public void failed(Name name, Failure failure) {
                problem(directory.path().child(name), failure);
              }
            });
      } catch (Failure failure) {
        problem(directory.path(), failure);
      }
      return this;
    }

    private void child(EntryPath path, Facts facts, OldEntries.Leaves olds) {
      switch (facts.kind()) {
        case FILE -> {
          Listing.Found seen = new Listing.Found(path, facts, null, null);
          boolean whole = !seen.mayHaveMoreNames();
          leaves.add(whole ? found(path, facts, olds.find(path.name())) : seen);
        }
        case SYMLINK -> leaves.add(new Listing.Found(path, facts, null, streams(path, facts)));
        case SPECIAL -> leaves.add(new Listing.Found(path, facts, null, Streams.NONE));
        case DIRECTORY -> {
          try {
            Path folder = platform.child(directory.folder(), path.name());
            directories.add(new Listing.Directory(path, folder, facts));
          } catch (Failure failure) {
            problem(path, failure);
          }
        }
      }
    }

    /** A file or directory; one that provably is as it was need not be asked for more. */
    private Listing.Found found(EntryPath path, Facts facts, @Nullable Old old) {
      if (old == null || !previous.isUnchanged(old, facts)) {
        return new Listing.Found(path, facts, null, streams(path, facts));
      }
      if (isWholeStill(old, facts)) {
        return new Listing.Found(path, facts, old, null);
      }
      Streams streams = streams(path, facts);
      boolean sameStreams = streams.named().equals(old.entry().streams());
      return new Listing.Found(path, facts, sameStreams ? old : null, streams);
    }

    /**
     * True if all that was found at an unchanged entry is in the manifest and nothing came since.
     */
    private boolean isWholeStill(Old unchanged, Facts facts) {
      return device != NO_DEVICE
          && device == device(facts)
          && previous.states().get(unchanged.index()).whole();
    }

    private Streams streams(EntryPath path, Facts facts) {
      try {
        boolean itself = facts.kind() == Facts.Kind.DIRECTORY;
        Path folder = directory.folder();
        Path entry = itself ? folder : platform.child(folder, path.name());
        return platform.streams(entry, facts, keep);
      } catch (Failure failure) {
        problem(path, failure);
        return Streams.NONE;
      }
    }

    private void problem(EntryPath path, Failure failure) {
      problems.add(new Listing.Problem(path, failure));
    }
  }
}
