package io.sluice.distributionpoint;

import io.sluice.manifest.Entry;
import java.util.BitSet;

/**
 * What of a tree is there before it is written, by the index of its entry: directories, and files
 * with their streams. Filled by one thread, then read by any.
 */
final class Kept {
  private final TreeFolders.Made folders = new TreeFolders.Made();
  private final BitSet entries = new BitSet();
  private long files;
  private long bytes;

  /** Which directories these are; those that are made are added. */
  TreeFolders.Made folders() {
    return folders;
  }

  void add(int directory) {
    entries.set(directory);
  }

  void add(int index, Entry.File file) {
    entries.set(index);
    files++;
    bytes += TreeWriter.bytes(file);
  }

  boolean holds(int entry) {
    return entries.get(entry);
  }

  long files() {
    return files;
  }

  /** Of the files' streams, named and unnamed. */
  long bytes() {
    return bytes;
  }
}
