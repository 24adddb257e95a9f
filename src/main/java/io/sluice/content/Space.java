package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What a library may still take, by its limits, its disk and what its sessions have set aside. Safe
 * from any thread.
 */
final class Space {
  /** Nothing may be stored: it is not known how much may. */
  private static final Limits UNKNOWN = new Limits(0, 0);

  private final LibraryFiles files;
  private volatile Limits limits = Limits.NONE;

  /** Guarded by this. */
  private long used;

  /** What all sessions have set aside and not stored yet; guarded by this. */
  private long aside;

  Space(LibraryFiles files) {
    this.files = files;
  }

  /**
   * Reads the limits as they are now, whoever has set them, and looks at every file if there is a
   * quota that was not there before; the answer is why they cannot be read: nothing is stored then.
   */
  synchronized Optional<Failure> load() throws Failure {
    Limits before = limits;
    Optional<Failure> problem = Optional.empty();
    try {
      limits = Limits.read(files);
    } catch (Failure e) {
      limits = UNKNOWN;
      problem = Optional.of(e);
    }
    if (hasQuota() && !limits.equals(before)) {
      used = stored();
    }
    return problem;
  }

  private long stored() throws Failure {
    long sum = bytes(files.packs()) + new Trash(files).bytes();
    for (String name : files.disk().list(files.documents())) {
      sum += bytes(files.documents().resolve(name));
    }
    return sum;
  }

  private long bytes(Path folder) throws Failure {
    long sum = 0;
    for (String name : files.disk().list(folder)) {
      sum += files.sizeIfThere(folder.resolve(name));
    }
    return sum;
  }

  Limits limits() {
    return limits;
  }

  /** Sets the limits, durable on return. */
  void limit(Limits wanted) throws Failure {
    wanted.write(files.disk(), files.stop(), files.folder());
    load();
  }

  private boolean hasQuota() {
    return limits.quotaBytes() != Limits.NO_QUOTA;
  }

  /** How much is used in all; not known, and of no use, without a quota. */
  synchronized long used() {
    return used;
  }

  /** Says that so much less is used. */
  synchronized void gave(long bytes) {
    used -= bytes;
  }

  /** How many bytes of content may be stored now, or set aside, at least 0. */
  synchronized long free() throws Failure {
    long kept = LibraryFiles.RESERVED_BYTES + limits.reserveBytes();
    long onDisk = files.disk().freeBytes(files.folder()) - kept;
    long inQuota = hasQuota() ? limits.quotaBytes() - used : Long.MAX_VALUE;
    return Math.max(0, Math.min(onDisk, inQuota) - aside);
  }

  /**
   * Counts bytes that are about to be stored; refuses what goes beyond the quota, or the reserve.
   * For what is small and completes something else, whatever is set aside.
   */
  synchronized void take(long bytes) throws Failure {
    take(bytes, 0);
  }

  private void take(long bytes, long others) throws Failure {
    if (hasQuota() && used + bytes + others > limits.quotaBytes()) {
      throw Failure.temporary(
          Code.NO_SPACE,
          "storing content in " + files.folder(),
          String.format(
              Locale.ROOT,
              "needed %,d bytes, of the quota of %,d bytes %,d are used and %,d set aside",
              bytes,
              limits.quotaBytes(),
              used,
              others),
          "raise the quota with \"sluice library limit\", or take out what nobody needs with"
              + " \"sluice library gc\"; the work goes on by itself afterwards");
    }
    requireOnDisk(bytes + others);
    used += bytes;
  }

  /** What one session may take and others may not. Given back when it ends. */
  final class Share {
    /** Guarded by the space. */
    private long bytes;

    /** As {@link ChunkStore.Intake#reserve}. */
    boolean reserve(long wanted) throws Failure {
      synchronized (Space.this) {
        giveBack();
        if (free() < wanted) {
          return false;
        }
        bytes = wanted;
        aside += wanted;
        return true;
      }
    }

    /** Counts bytes that are about to be stored: what was set aside first. */
    void take(long size) throws Failure {
      synchronized (Space.this) {
        Space.this.take(size, aside - bytes);
        long mine = Math.min(bytes, size);
        bytes -= mine;
        aside -= mine;
      }
    }

    /** Leaves to others what is still set aside. */
    void giveBack() {
      synchronized (Space.this) {
        aside -= bytes;
        bytes = 0;
      }
    }
  }

  /** Refuses what goes beyond the reserve; for what takes the place of something else. */
  void requireOnDisk(long bytes) throws Failure {
    long needed = bytes + LibraryFiles.RESERVED_BYTES + limits.reserveBytes();
    long free = files.disk().freeBytes(files.folder());
    if (free < needed) {
      throw DiskFailures.noSpace("storing content in", files.folder(), needed, free);
    }
  }
}
