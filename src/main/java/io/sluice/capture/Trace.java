package io.sluice.capture;

import io.sluice.content.Digest;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What it takes to see that a source is as it was captured without reading its manifest. Only of
 * sources on one device, none of whose entries had changed just before the scan began.
 *
 * @param receipt of the capture, the SHA-256 of its document
 * @param chunks of the content sequence
 * @param paths of the entries
 */
record Trace(Digest receipt, List<Digest> chunks, PathList paths) {
  Trace {
    chunks = List.copyOf(chunks);
  }

  /** True if all chunks are still held. */
  boolean isHeld(Library library) {
    for (Digest chunk : chunks) {
      if (!library.holds(chunk)) {
        return false;
      }
    }
    return true;
  }

  /**
   * True if each entry is still in its state. As a directory's state tells of every name in it, the
   * source is then what it was, to the last entry.
   *
   * @param root on a file system that tells of every change
   */
  boolean isStill(Platform platform, Path root, States states) throws Failure {
    Optional<Platform.StateCheck> possible = platform.stateCheck(root);
    if (possible.isEmpty()) {
      return false;
    }
    try (Platform.StateCheck check = possible.get()) {
      PathList.Cursor cursor = paths.cursor();
      for (int i = 0; i < states.size(); i++) {
        boolean still =
            cursor.next()
                && check.isStill(
                    cursor.path(), cursor.length(), states.inode(i), states.changed(i));
        if (!still) {
          return false;
        }
      }
      return true;
    }
  }
}
