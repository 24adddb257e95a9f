package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Threads;
import io.sluice.time.Clock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Restores versions into folders of their own, beside any distribution point, and reads them back.
 *
 * <p>While a restore runs an empty file {@code DIR.DIGEST.restoring} stands beside its folder and
 * is locked. One that stands there unlocked was interrupted: the same restore then goes on, and
 * keeps files that were finished. Reading back covers what was kept; if it finds anything, that is
 * written anew, once.
 */
public final class Restore {
  private static final int DIGITS = 12;

  private final Parts parts;

  public Restore(Parts parts) {
    this.parts = parts;
  }

  /** What a restore needs. */
  public record Parts(
      Platform platform, Threads threads, ChunkStore store, Disk disk, Clock clock) {}

  /**
   * Where to, and what may be used.
   *
   * @param folder absolute; made if it is not there, else it must be empty or interrupted
   * @param seeds folders that may hold files of the version already
   */
  public record Order(Path folder, StreamPolicy policy, List<Path> seeds) {
    public Order {
      seeds = List.copyOf(seeds);
    }

    /** Where streams go that the folder cannot hold. */
    public Path sidecar() {
      return folder.resolveSibling(folder.getFileName() + ".sidecar");
    }
  }

  /**
   * A restore that was read back.
   *
   * @param writing until everything was durable
   * @param verifying reading it back
   */
  public record Restored(Placed placed, Duration writing, Duration verifying) {}

  /**
   * Restores a version; durable and compared with the manifest when it returns.
   *
   * @throws Failure ALREADY_EXISTS (the folder holds something else, or another process restores
   *     into it), PLACE_VERIFY_FAILED listing all differences, and those of {@link Materialiser}
   */
  public Restored run(Manifest manifest, Order order) throws Failure, InterruptedException {
    Path mark = mark(order.folder, manifest.digest());
    boolean existed = Files.exists(order.folder, LinkOption.NOFOLLOW_LINKS);
    Leftovers leftovers = Leftovers.NONE;
    if (Files.exists(mark, LinkOption.NOFOLLOW_LINKS) && existed) {
      leftovers = Leftovers.KEEP;
    } else {
      requireNothing(order);
    }
    parts.disk.createFolders(order.folder);
    Disk.Lock lock = lock(mark, existed);
    try {
      force(order.folder);
      Restored restored = restore(manifest, order, leftovers);
      withdraw(mark);
      return restored;
    } catch (Failure failure) {
      leaveNothingEmpty(order.folder, existed, mark);
      throw failure;
    } finally {
      lock.close();
    }
  }

  private static Path mark(Path folder, Digest digest) {
    String name = folder.getFileName() + "." + digest.hex().substring(0, DIGITS) + ".restoring";
    return folder.resolveSibling(name);
  }

  private void requireNothing(Order order) throws Failure {
    if (Files.exists(order.sidecar(), LinkOption.NOFOLLOW_LINKS)) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS,
          "restoring with a sidecar at " + order.sidecar(),
          "something is there",
          "restore to another folder, or move it away");
    }
    if (parts.disk.exists(order.folder) && !parts.platform.children(order.folder).isEmpty()) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS,
          "restoring to " + order.folder,
          "the folder is not empty, and holds no interrupted restore of this version",
          "name a folder that is empty or does not exist");
    }
  }

  private Disk.Lock lock(Path mark, boolean existed) throws Failure {
    try {
      return parts.disk.lock(mark);
    } catch (Failure e) {
      if (e.code() == Code.DISK_ERROR && existed) {
        // A mount in a folder that cannot be written: the restore is only not to be gone on with.
        return () -> {};
      }
      if (e.code() != Code.LIBRARY_IN_USE) {
        throw e;
      }
      throw Failure.temporary(
              Code.ALREADY_EXISTS,
              "restoring beside " + mark,
              "another process restores the same version there",
              "wait for it, or name another folder")
          .because(e);
    }
  }

  private void withdraw(Path mark) throws Failure {
    if (parts.disk.exists(mark)) {
      parts.disk.delete(mark);
      force(mark);
    }
  }

  /** Makes the names beside a folder durable. */
  private void force(Path folder) throws Failure {
    Path parent = folder.getParent();
    if (parent != null) {
      parts.disk.forceDirectory(parent);
    }
  }

  private Restored restore(Manifest manifest, Order order, Leftovers leftovers)
      throws Failure, InterruptedException {
    long start = parts.clock.nanos();
    leftovers.makeReady(parts.platform, order.folder);
    EntryCapacity capacity = parts.platform.entryCapacity(order.folder);
    Materialiser.Target target =
        new Materialiser.Target(order.folder, order.sidecar(), order.policy, capacity);
    Placed placed =
        new Materialiser(parts.platform, parts.threads, parts.store, parts.disk)
            .seededBy(order.seeds)
            .build(manifest, target, leftovers);
    force(order.folder);
    long written = parts.clock.nanos();
    List<Difference> differences =
        new Verifier(parts.platform, parts.threads, parts.store).compare(manifest, target, placed);
    if (!differences.isEmpty() && leftovers == Leftovers.KEEP) {
      return restore(manifest, order, Leftovers.without(differences));
    }
    if (!differences.isEmpty()) {
      throw Failure.permanent(
              Code.PLACE_VERIFY_FAILED,
              "reading back " + order.folder,
              differences.size() + " differences",
              "check the disk; the folder is not to be used")
          .about(differences.stream().map(Difference::toString).toList());
    }
    long verified = parts.clock.nanos();
    return new Restored(
        placed, Duration.ofNanos(written - start), Duration.ofNanos(verified - written));
  }

  /** A restore that was refused before the first byte leaves nothing. */
  private void leaveNothingEmpty(Path folder, boolean existed, Path mark) throws Failure {
    if (!parts.disk.list(folder).isEmpty()) {
      return;
    }
    withdraw(mark);
    if (!existed) {
      parts.disk.delete(folder);
    }
  }
}
