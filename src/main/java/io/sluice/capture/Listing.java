package io.sluice.capture;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.EntryPath;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found in a directory.
 *
 * @param directory where it is
 * @param itself the directory itself
 * @param leaves what is in it and no directory, in order of name, as far as it could be looked at
 * @param directories the directories in it, in order of name
 * @param problems in the order they were met
 */
record Listing(
    Directory directory,
    Found itself,
    List<Found> leaves,
    List<Directory> directories,
    List<Problem> problems) {
  /** A directory, as its parent's listing saw it. */
  record Directory(EntryPath path, Path folder, Facts facts) {}

  /**
   * An entry.
   *
   * @param old the previous capture's entry if, beyond doubt, it has the same bytes
   * @param streams what it has beside its facts; null if that is as the previous capture has it
   *     too, and of a file with several names: see {@link Lister#first}
   */
  record Found(
      EntryPath path, Facts facts, Comparison.@Nullable Old old, @Nullable Streams streams) {
    /** True if other entries may be this file too. */
    boolean mayHaveMoreNames() {
      return facts.size().links() > 1 && facts.identity().isPresent();
    }
  }

  /** What went wrong with an entry. */
  record Problem(EntryPath path, Failure failure) {}
}
