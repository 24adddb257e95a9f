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

  public Materialiser(Platform platform, Threads threads, ChunkStore store, Disk disk) {
    this.platform = platform;
    this.threads = threads;
    this.store = store;
    this.disk = disk;
  }

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
    return build(manifest, folder, sidecar, policy, platform.entryCapacity(folder));
  }

  /** The same where it is known already what entries the file system holds. */
  Placed build(
      Manifest manifest, Path folder, Path sidecar, StreamPolicy policy, EntryCapacity entries)
      throws Failure, InterruptedException {
    if (!platform.children(folder).isEmpty()) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS,
          "building a version in " + folder,
          "the folder is not empty",
          "name a folder that is empty or does not exist");
    }
    TargetCheck target = TargetCheck.of(platform, folder, entries);
    target.requireNames(manifest);
    SidecarPlan plan = target.streams(manifest, policy);
    target.requireSpace(manifest, disk.freeBytes(folder));
    Content content = new Content(store, manifest.chunks());
    try (Platform.Barrier barrier = platform.barrier(folder);
        Folder root = platform.folder(folder)) {
      if (plan.items().isEmpty()) {
        new TreeWriter(manifest, content, entries, root, Optional.empty()).write(threads);
      } else {
        platform.createDirectory(sidecar);
        try (Platform.Barrier second = platform.barrier(sidecar);
            Folder beside = platform.folder(sidecar)) {
          SidecarWriter streams = new SidecarWriter(beside, manifest, plan);
          new TreeWriter(manifest, content, entries, root, Optional.of(streams)).write(threads);
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
        target.remarks(manifest, plan));
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
