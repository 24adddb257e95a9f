package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.PropertyCapacity;
import io.sluice.filesystem.TimeCapacity;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares a folder with a manifest by reading everything in it: names, kinds, sizes, every byte
 * through the chunks' digests, named streams in the file system or the sidecar, modes, times, link
 * targets, hard links; and what is there beyond the manifest. Writes nothing. Safe from any thread.
 */
public final class Verifier {
  /** Holds everything exactly: what a comparison expects unless told otherwise. */
  private static final EntryCapacity EXACT =
      new EntryCapacity(
          true,
          true,
          true,
          Optional.of(new TimeCapacity(1, 1, Long.MIN_VALUE, Long.MAX_VALUE)),
          Optional.of(new TimeCapacity(1, 1, Long.MIN_VALUE, Long.MAX_VALUE)),
          PropertyCapacity.EVERYTHING);

  private final Platform platform;
  private final Threads threads;
  private final Optional<ChunkStore> store;

  /** Tells which file differs as exactly as digests of chunks can. */
  public Verifier(Platform platform, Threads threads) {
    this.platform = platform;
    this.threads = threads;
    this.store = Optional.empty();
  }

  /** Asks the store for the bytes of a chunk that differs, so that the very file can be named. */
  public Verifier(Platform platform, Threads threads, ChunkStore store) {
    this.platform = platform;
    this.threads = threads;
    this.store = Optional.of(store);
  }

  /**
   * Every difference, in canonical order of the entries, those of content last; none means
   * identical.
   *
   * @param sidecar the folder with the streams kept beside; empty if there is none
   * @throws Failure only if the work itself could not be done; what cannot be read is a difference
   */
  public List<Difference> compare(Manifest manifest, Path folder, Optional<Path> sidecar)
      throws Failure, InterruptedException {
    return compare(manifest, folder, sidecar, EXACT);
  }

  /**
   * The same for a folder whose file system holds only this of modes and times: times are compared
   * with the nearest one that can be held, modes not at all where they are not kept.
   */
  public List<Difference> compare(
      Manifest manifest, Path folder, Optional<Path> sidecar, EntryCapacity capacity)
      throws Failure, InterruptedException {
    SidecarCheck beside = SidecarCheck.of(platform, manifest, sidecar);
    Path root = real(folder);
    ContentLayout layout = ContentLayout.of(manifest);
    StructureCheck structure =
        new StructureCheck(platform, manifest, layout, root, capacity, beside);
    List<Difference> all = new ArrayList<>(beside.differences());
    all.addAll(structure.run(threads));
    ContentCheck content =
        new ContentCheck(platform, manifest, layout, root, structure.readable(), beside.files());
    all.addAll(content.run(threads, store));
    return all;
  }

  /** The same of what was just written. */
  List<Difference> compare(Manifest manifest, Materialiser.Target target, Placed placed)
      throws Failure, InterruptedException {
    Optional<Path> sidecar = placed.hasSidecar() ? Optional.of(target.sidecar()) : Optional.empty();
    return compare(manifest, target.folder(), sidecar, target.entries());
  }

  /** The caller's own folder may be named through a link, such as {@code current}. */
  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      // It is then found to be missing.
      return folder;
    }
  }
}
