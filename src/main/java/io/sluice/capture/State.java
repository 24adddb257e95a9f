package io.sluice.capture;

import io.sluice.filesystem.Facts;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;

/**
 * What tells the states of an entry apart, beside what the manifest says of it.
 *
 * @param known false if the platform cannot tell; then nothing is ever taken as unchanged
 * @param whole true if all that was found at the entry stands in the manifest
 * @param changedNanos ctime
 */
record State(boolean known, boolean whole, long inode, long changedNanos) {
  static final State UNKNOWN = new State(false, false, 0, 0);

  static State of(Facts facts, boolean whole) {
    return facts
        .identity()
        .map(identity -> new State(true, whole, identity.inode(), identity.changedNanos()))
        .orElse(UNKNOWN);
  }

  /** True if, as far as inode and ctime can tell, this is that state of that file. */
  boolean isSame(State other) {
    return known == other.known && inode == other.inode && changedNanos == other.changedNanos;
  }

  /** True if the entry that was seen in this state is so now. */
  boolean isStill(Entry entry, Facts now) {
    if (!isSame(of(now, whole))) {
      return false;
    }
    return switch (entry) {
      case Entry.Directory directory ->
          now.kind() == Facts.Kind.DIRECTORY && same(directory.attributes(), now);
      case Entry.File file ->
          now.kind() == Facts.Kind.FILE
              && now.size().bytes() == file.size()
              && same(file.attributes(), now);
      case Entry.Symlink link ->
          now.kind() == Facts.Kind.SYMLINK
              && now.target().filter(link.target()::equals).isPresent();
      case Entry.HardLink link -> now.kind() == Facts.Kind.FILE;
    };
  }

  /** A change of properties moves the ctime. */
  private static boolean same(Attributes attributes, Facts now) {
    return (attributes.mode() & 0777) == now.attributes().mode()
        && attributes.mtimeSeconds() == now.attributes().mtimeSeconds()
        && attributes.mtimeNanos() == now.attributes().mtimeNanos();
  }
}
