package io.sluice.filesystem;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/**
 * Whether a file system moves an entry's ctime whenever a stream or property is added, written or
 * removed. It is tried on a file without a name ({@code O_TMPFILE}), so that not even the time of a
 * folder shows it. Where no such file can be made the answer is no; NTFS is among those, and
 * rightly so: ntfs-3g in windows mode leaves the ctime when a stream is removed. Any thread.
 */
final class ChangeTimes {
  /** How often a change is made until the clock of the file system has surely ticked in between. */
  private static final int TRIES_MAX = 50_000;

  private static final byte[] STREAM = ascii("user.sluice.probe");
  private static final byte[] ACL = ascii("system.posix_acl_access");
  private static final byte[] ACL_VALUE =
      PosixAcl.value("u::rw-,u:0:rw-,g::r--,m::rw-,o::---").orElseThrow();

  private final LinuxCalls calls;

  /** What was found of each kind of file system, by its magic number. */
  private final Map<Long, Boolean> found = new ConcurrentHashMap<>();

  ChangeTimes(LinuxCalls calls) {
    this.calls = calls;
  }

  /** See {@link Platform#tellsEveryChange}. */
  boolean tellAll(byte[] directory, byte[] writable) {
    long magic = calls.fileSystem(directory);
    if (!FileSystems.isOneDriver(magic)) {
      return false;
    }
    Boolean known = found.get(magic);
    if (known != null) {
      return known;
    }
    return tried(directory, magic)
        || (calls.fileSystem(writable) == magic && tried(writable, magic));
  }

  private boolean tried(byte[] directory, long magic) {
    int descriptor = calls.open(directory, LinuxCalls.O_TMPFILE | LinuxCalls.O_WRONLY, 0600);
    if (descriptor < 0) {
      return false;
    }
    try {
      boolean all = movesForAll(descriptor);
      found.put(magic, all);
      return all;
    } finally {
      calls.close(descriptor);
    }
  }

  private boolean movesForAll(int file) {
    IntSupplier add = () -> calls.setAttribute(file, STREAM, ascii("1"));
    IntSupplier overwrite = () -> calls.setAttribute(file, STREAM, ascii("2"));
    IntSupplier remove = () -> calls.removeAttribute(file, STREAM);
    return moves(file, remove, add)
        && moves(file, add, overwrite)
        && moves(file, add, remove)
        && movesForAcl(file);
  }

  private boolean movesForAcl(int file) {
    IntSupplier set = () -> calls.setAttribute(file, ACL, ACL_VALUE);
    IntSupplier remove = () -> calls.removeAttribute(file, ACL);
    // Where there are no such lists none can change unseen.
    return set.getAsInt() == -Errno.EOPNOTSUPP
        || (moves(file, remove, set) && moves(file, set, remove));
  }

  /** True if the change is seen to move the time that was there after the preparation. */
  private boolean moves(int file, IntSupplier preparation, IntSupplier change) {
    for (int i = 0; i < TRIES_MAX; i++) {
      int _ = preparation.getAsInt();
      long before = calls.statx(file).identity().changedNanos();
      if (change.getAsInt() < 0) {
        return false;
      }
      if (calls.statx(file).identity().changedNanos() != before) {
        return true;
      }
    }
    return false;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
