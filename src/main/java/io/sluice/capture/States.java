package io.sluice.capture;

import java.util.Arrays;
import java.util.BitSet;

/** A list of states that only grows: seventeen bytes each. */
final class States {
  private static final int FIRST = 1024;

  private final BitSet known = new BitSet();
  private final BitSet whole = new BitSet();
  private long[] inodes = new long[FIRST];
  private long[] changed = new long[FIRST];
  private int size;

  void add(State state) {
    if (size == inodes.length) {
      int more = size + size / 2;
      inodes = Arrays.copyOf(inodes, more);
      changed = Arrays.copyOf(changed, more);
    }
    known.set(size, state.known());
    whole.set(size, state.whole());
    inodes[size] = state.inode();
    changed[size] = state.changedNanos();
    size++;
  }

  State get(int index) {
    return new State(known.get(index), whole.get(index), inodes[index], changed[index]);
  }

  long inode(int index) {
    return inodes[index];
  }

  /** The ctime, nanoseconds since 1970. */
  long changed(int index) {
    return changed[index];
  }

  int size() {
    return size;
  }

  /** Takes none for whole any more: by another policy more might be found. */
  void forgetWhole() {
    whole.clear();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof States that
        && size == that.size
        && known.equals(that.known)
        && whole.equals(that.whole)
        && Arrays.equals(inodes, 0, size, that.inodes, 0, size)
        && Arrays.equals(changed, 0, size, that.changed, 0, size);
  }

  @Override
  public int hashCode() {
    return 31 * size + known.hashCode();
  }
}
