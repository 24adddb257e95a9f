package io.sluice.capture;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import java.nio.file.Path;

/**
 * One entry as a scan saw it.
 *
 * @param folder the directory itself, or the one the entry stands in
 * @param state which state of which file, as far as the platform can tell
 */
record Seen(Entry entry, Path folder, State state) {
  /**
   * What tells a file's states apart.
   *
   * @param known false if the platform cannot tell; then nothing is ever taken as unchanged
   * @param changedNanos ctime
   */
  record State(boolean known, long inode, long changedNanos) {
    static final State UNKNOWN = new State(false, 0, 0);

    static State of(Facts facts) {
      return facts
          .identity()
          .map(identity -> new State(true, identity.inode(), identity.changedNanos()))
          .orElse(UNKNOWN);
    }
  }

  Path path(Platform platform) throws Failure {
    return entry instanceof Entry.Directory ? folder : platform.child(folder, entry.path().name());
  }

  /** True if the entry is now as the scan saw it. */
  boolean isStill(Facts now) {
    if (!state.equals(State.of(now))) {
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

  /** A change of properties moves the ctime, which the state has. */
  private static boolean same(Attributes attributes, Facts now) {
    return (attributes.mode() & 0777) == now.attributes().mode()
        && attributes.mtimeSeconds() == now.attributes().mtimeSeconds()
        && attributes.mtimeNanos() == now.attributes().mtimeNanos();
  }
}
