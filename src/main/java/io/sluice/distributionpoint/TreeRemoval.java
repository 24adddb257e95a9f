package io.sluice.distributionpoint;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Name;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Deletes a tree this distribution point made. Links are deleted, never followed; what is mounted
 * below the tree is not of our making and stays, and so do the folders above it.
 */
final class TreeRemoval {
  private static final Attributes WRITABLE = new Attributes(0700, 0, 0);

  private final Platform platform;

  TreeRemoval(Platform platform) {
    this.platform = platform;
  }

  void remove(Path tree) throws Failure {
    Deque<Path> waiting = new ArrayDeque<>();
    List<Path> directories = new ArrayList<>();
    waiting.push(tree);
    Optional<Long> device = device(tree);
    while (!waiting.isEmpty()) {
      Path at = waiting.pop();
      if (platform.facts(at).kind() != Facts.Kind.DIRECTORY) {
        delete(at);
        continue;
      }
      if (!device(at).equals(device)) {
        throw Failure.temporary(
            Code.PLACE_UNAVAILABLE,
            "deleting " + at,
            "another file system is mounted there",
            "unmount it; Sluice deletes the folder with the next version");
      }
      directories.add(at);
      for (Name name : children(at)) {
        waiting.push(platform.child(at, name));
      }
    }
    for (Path directory : directories.reversed()) {
      delete(directory);
    }
  }

  private Optional<Long> device(Path directory) throws Failure {
    return platform.facts(directory).identity().map(Facts.Identity::device);
  }

  /** A package may hold directories that even their owner may not list or change. */
  private List<Name> children(Path directory) throws Failure {
    if ((platform.facts(directory).attributes().mode() & 0700) != 0700) {
      platform.setAttributes(directory, WRITABLE);
    }
    return platform.children(directory);
  }

  private void delete(Path entry) throws Failure {
    try {
      delete(entry, true);
    } catch (IOException e) {
      throw Failure.temporary(
              Code.PLACE_UNAVAILABLE,
              "deleting " + entry,
              e.getClass().getSimpleName() + ": " + e.getMessage(),
              "close what holds it open; Sluice deletes it with the next version")
          .because(e);
    }
  }

  private void delete(Path entry, boolean again) throws IOException, Failure {
    try {
      Files.deleteIfExists(entry);
    } catch (AccessDeniedException e) {
      if (!again) {
        throw e;
      }
      // Windows deletes nothing that is read-only.
      platform.setAttributes(entry, WRITABLE);
      delete(entry, false);
    }
  }
}
