package io.sluice.capture;

import io.sluice.manifest.Entry;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a walk finds of the previous capture as it goes, entry by entry: which entries hold the same
 * bytes as before, and whether nothing at all is different.
 */
final class Comparison {
  /** An entry of the previous capture. */
  record Old(int index, Entry entry) {}

  private static final int NONE = -1;
  private static final int FIRST = 1024;

  private final Previous previous;
  private int[] olds = new int[FIRST];
  private int size;
  private boolean same;

  Comparison(Previous previous) {
    this.previous = previous;
    this.same = !previous.entries().isEmpty();
  }

  /**
   * The next entry of the scan.
   *
   * @param old the previous capture's entry whose bytes are the same beyond doubt, if there is one
   */
  void add(Entry entry, State state, @Nullable Old old) {
    if (size == olds.length) {
      olds = Arrays.copyOf(olds, size + size / 2);
    }
    olds[size] = old == null ? NONE : old.index();
    same = same && isSame(entry, state, old);
    size++;
  }

  private boolean isSame(Entry entry, State state, @Nullable Old old) {
    List<Entry> entries = previous.entries();
    if (size >= entries.size()) {
      return false;
    }
    if (old != null) {
      return old.index() == size && old.entry().equals(entry);
    }
    // A link has no bytes of its own: it is all in what was just seen of it.
    boolean link = entry instanceof Entry.Symlink || entry instanceof Entry.HardLink;
    return link
        && state.known()
        && state.isSame(previous.states().get(size))
        && entry.equals(entries.get(size));
  }

  /** The index of the previous capture's entry that holds the same bytes; negative if none does. */
  int old(int entry) {
    return olds[entry];
  }

  /**
   * True if the scan saw exactly what the previous capture holds. As no entry had changed since
   * when it was looked at, the source was so when the scan began, all entries at one moment.
   */
  boolean isSame() {
    return same && size == previous.entries().size();
  }
}
