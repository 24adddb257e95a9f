package io.sluice.capture;

import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryList;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Finds the entries of the previous capture for a walk that goes in canonical order too. */
final class OldEntries {
  private final EntryList entries;
  private final Map<EntryPath, Integer> directories = new HashMap<>();

  /** Where each directory's line is, and the number of entries. */
  private final int[] starts;

  OldEntries(EntryList entries) {
    this.entries = entries;
    this.starts =
        IntStream.rangeClosed(0, entries.size())
            .filter(i -> i == entries.size() || entries.isDirectory(i))
            .toArray();
    for (int i = 0; i < starts.length - 1; i++) {
      directories.put(entries.get(starts[i]).path(), starts[i]);
    }
  }

  /** The directory of this path, if there was one. */
  Comparison.@Nullable Old directory(EntryPath path) {
    Integer index = directories.get(path);
    return index == null ? null : new Comparison.Old(index, entries.get(index));
  }

  /** What stood in that directory beside directories. */
  Leaves leavesOf(Comparison.@Nullable Old directory) {
    if (directory == null) {
      return new Leaves(0, 0);
    }
    int next = Arrays.binarySearch(starts, directory.index()) + 1;
    return new Leaves(directory.index() + 1, starts[next]);
  }

  /** The leaves of a directory, asked for in order of name. For one thread. */
  final class Leaves {
    private final int end;
    private int next;

    private Leaves(int first, int end) {
      this.next = first;
      this.end = end;
    }

    /** Those not asked for yet, from a name on. */
    Leaves from(Name name) {
      int low = next;
      int high = end;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (name(middle).compareTo(name) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return new Leaves(low, end);
    }

    /** The leaf of this name, if there was one. */
    Comparison.@Nullable Old find(Name name) {
      for (; next < end; next++) {
        Entry entry = entries.get(next);
        int order = entry.path().name().compareTo(name);
        if (order > 0) {
          return null;
        }
        if (order == 0) {
          return new Comparison.Old(next++, entry);
        }
      }
      return null;
    }

    private Name name(int index) {
      return entries.get(index).path().name();
    }
  }
}
