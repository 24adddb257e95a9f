package io.sluice.filesystem;

import java.nio.ByteBuffer;

/** Reads {@code struct statx}; offsets as in linux/stat.h. */
final class Statx {
  private static final long NANOS = 1_000_000_000L;

  private Statx() {}

  /** What a call said whose result this is and whose struct lies at {@code from}. */
  static LinuxCalls.Stat stat(int result, ByteBuffer at, int from) {
    int mode = Short.toUnsignedInt(at.getShort(from + 28));
    boolean hasBirth = (at.getInt(from) & LinuxCalls.STATX_BTIME) != 0;
    boolean hasMount = (at.getInt(from) & LinuxCalls.STATX_MNT_ID_UNIQUE) != 0;
    return new LinuxCalls.Stat(
        result,
        mode,
        new Facts.Size(at.getLong(from + 40), Integer.toUnsignedLong(at.getInt(from + 16))),
        identity(at, from),
        new LinuxCalls.Modified(at.getLong(from + 112), at.getInt(from + 120)),
        new Facts.More(
            mode & 07000,
            new Facts.Owner(
                Integer.toUnsignedLong(at.getInt(from + 20)),
                Integer.toUnsignedLong(at.getInt(from + 24))),
            at.getLong(from + 48),
            at.getLong(from + 80),
            hasBirth ? at.getInt(from + 88) : -1,
            hasMount ? at.getLong(from + 144) : Facts.More.NO_MOUNT));
  }

  static Facts.Identity identity(ByteBuffer at, int from) {
    long major = Integer.toUnsignedLong(at.getInt(from + 136));
    long minor = Integer.toUnsignedLong(at.getInt(from + 140));
    long changed = at.getLong(from + 96) * NANOS + at.getInt(from + 104);
    return new Facts.Identity(major << 32 | minor, at.getLong(from + 32), changed);
  }
}
