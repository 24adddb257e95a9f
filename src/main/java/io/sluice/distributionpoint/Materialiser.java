package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Folder;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.TimeCapacity;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes a manifest's tree into an empty folder, durably, after looking whether it can hold it.
 * Safe from any thread.
 */
public final class Materialiser {
  private final Platform platform;
  private final Threads threads;
  private final ChunkStore store;
  private final Disk disk;
  private final List<Path> seeds;

  public Materialiser(Platform platform, Threads threads, ChunkStore store, Disk disk) {
    this(platform, threads, store, disk, List.of());
  }

  private Materialiser(
      Platform platform, Threads threads, ChunkStore store, Disk disk, List<Path> seeds) {
    this.platform = platform;
    this.threads = threads;
    this.store = store;
    this.disk = disk;
    this.seeds = List.copyOf(seeds);
  }

  /** The same, which takes files from these folders where they hold them. */
  public Materialiser seededBy(List<Path> folders) {
    return new Materialiser(platform, threads, store, disk, folders);
  }

  /**
   * Where a version goes.
   *
   * @param folder an existing directory
   * @param sidecar where streams go that the file system cannot hold; created if there are any, its
   *     parent must exist
   * @param entries what entries the file system holds
   */
  record Target(Path folder, Path sidecar, StreamPolicy policy, EntryCapacity entries) {}

  /**
   * Builds a version. Everything is durable when it returns but the names of {@code folder} and
   * {@code sidecar} themselves. A failure leaves what was written so far.
   *
   * @param folder an existing empty directory
   * @param sidecar where streams go that the file system cannot hold; created if there are any,
   *     must not exist, its parent must
   * @throws Failure before the first byte: ALREADY_EXISTS (the folder is not empty), NO_SPACE with
   *     the bytes needed and free, NAME_UNSUPPORTED and STREAMS_UNSUPPORTED listing all there are;
   *     later: NO_SPACE, PLACE_UNAVAILABLE, DISK_ERROR or the store's
   */
  public Placed build(Manifest manifest, Path folder, Path sidecar, StreamPolicy policy)
      throws Failure, InterruptedException {
    Target target = new Target(folder, sidecar, policy, platform.entryCapacity(folder));
    return build(manifest, target, Leftovers.NONE);
  }

  /** The same in a folder where {@link Leftovers#makeReady} was called before. */
  Placed build(Manifest manifest, Target target, Leftovers leftovers)
      throws Failure, InterruptedException {
    Path folder = target.folder;
    if (leftovers == Leftovers.NONE) {
      requireEmpty(folder);
    } else if (disk.exists(target.sidecar)) {
      new TreeRemoval(platform).remove(target.sidecar);
    }
    TargetCheck check = TargetCheck.of(platform, folder, target.entries);
    check.requireNames(manifest);
    SidecarPlan plan = check.sidecar(manifest, target.policy);
    Seeds from = new Seeds(platform, seeds);
    Content content = new Content(store, from, manifest.chunks());
    Kept kept;
    try (Platform.Barrier barrier = platform.barrier(folder);
        Folder root = platform.folder(folder)) {
      kept = leftovers.sift(root, manifest, target.entries);
      check.requireSpace(manifest, kept, disk.freeBytes(folder));
      TreeWriter writer = new TreeWriter(manifest, content, target.entries, kept);
      if (plan.isEmpty()) {
        writer.write(root, Optional.empty(), threads);
      } else {
        platform.createDirectory(target.sidecar);
        try (Platform.Barrier second = platform.barrier(target.sidecar);
            Folder beside = platform.folder(target.sidecar)) {
          writer.write(root, Optional.of(new SidecarWriter(beside, manifest, plan)), threads);
          second.force();
        }
      }
      barrier.force();
    }
    long beside = plan.items().size();
    return new Placed(
        manifest.streamCount() - beside,
        beside,
        manifest.contentBytes(),
        plan.attributes().size(),
        check.remarks(manifest, plan),
        from.taken(kept));
  }

  private void requireEmpty(Path folder) throws Failure {
    if (!platform.children(folder).isEmpty()) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS,
          "building a version in " + folder,
          "the folder is not empty",
          "name a folder that is empty or does not exist");
    }
  }

  /** The attributes a file or directory gets where only this can be held. */
  static Attributes held(Attributes wanted, EntryCapacity capacity) {
    Attributes held = capacity.held(wanted);
    return capacity.times().map(times -> times.nearest(held)).orElse(held);
  }

  /** The time a symbolic link gets; empty if it cannot be set. */
  static Optional<Attributes> heldByLink(Attributes wanted, EntryCapacity capacity) {
    Optional<TimeCapacity> times = capacity.linkTimes();
    return times.map(time -> time.nearest(capacity.held(wanted)));
  }
}
