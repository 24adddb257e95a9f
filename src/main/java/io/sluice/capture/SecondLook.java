package io.sluice.capture;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryList;
import io.sluice.manifest.Name;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Looks at the entries of a scan again, in several threads, a stretch of directories each. */
final class SecondLook {
  /** A stretch of so many entries ends before the next directory. */
  private static final int STRETCH = 1_000;

  private final Walk.Source source;
  private final EntryList entries;
  private final States states;

  SecondLook(Walk.Source source, Scan scan) {
    this.source = source;
    this.entries = scan.entries();
    this.states = scan.states();
  }

  /** Those that are not as the scan saw them. */
  BitSet changed(Threads threads) throws Failure, InterruptedException {
    List<Job<BitSet>> stretches = new ArrayList<>();
    for (int from = 0; from < entries.size(); ) {
      int first = from;
      int end = nextDirectory(Math.min(entries.size(), from + STRETCH));
      stretches.add(() -> new Stretch().look(first, end));
      from = end;
    }
    BitSet changed = new BitSet();
    threads.all(stretches, threads.cores()).forEach(changed::or);
    return changed;
  }

  /** The first directory at or after an index, or the end. */
  private int nextDirectory(int from) {
    int next = from;
    while (next < entries.size() && !entries.isDirectory(next)) {
      next++;
    }
    return next;
  }

  /** One thread's part. */
  private final class Stretch {
    private final Folders folders = new Folders(source.platform(), source.root());
    private final BitSet changed = new BitSet();

    BitSet look(int from, int end) {
      for (int directory = from; directory < end; ) {
        directory = lookInto(directory);
      }
      return changed;
    }

    /**
     * Looks at a directory and at what is in it beside directories.
     *
     * @return the index of the next directory
     */
    private int lookInto(int directory) {
      int next = nextDirectory(directory + 1);
      List<Name> names = new ArrayList<>();
      for (Entry entry : entries.subList(directory + 1, next)) {
        names.add(entry.path().name());
      }
      try {
        Path folder = folders.of(entries.get(directory).path());
        compare(directory, source.platform().facts(folder));
        source.platform().facts(folder, names, new Leaves(directory + 1));
      } catch (Failure gone) {
        changed.set(directory, next);
      }
      return next;
    }

    private void compare(int index, Facts facts) {
      if (!states.get(index).isStill(entries.get(index), facts)) {
        changed.set(index);
      }
    }

    /** The entries that follow a directory. */
    private final class Leaves implements Platform.ChildFacts {
      private int next;

      Leaves(int first) {
        this.next = first;
      }

      @Override
      public void found(Name name, Facts facts) {
        compare(next++, facts);
      }

      @Override
      public void failed(Name name, Failure failure) {
        changed.set(next++);
      }
    }
  }
}
