package io.sluice.filesystem;

import java.util.Optional;

/** One {@code statx} an entry, relative to the open directory, and no object. */
final class LinuxStateCheck implements Platform.StateCheck {
  private final LinuxCalls calls;
  private final int directory;
  private final long device;

  private LinuxStateCheck(LinuxCalls calls, int directory, long device) {
    this.calls = calls;
    this.directory = directory;
    this.device = device;
  }

  static Optional<Platform.StateCheck> open(LinuxCalls calls, byte[] path) {
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_DIRECTORY | LinuxCalls.O_NOFOLLOW;
    int directory = calls.open(path, flags, 0);
    if (directory < 0) {
      return Optional.empty();
    }
    LinuxCalls.Stat stat = calls.statx(directory);
    return Optional.of(new LinuxStateCheck(calls, directory, stat.identity().device()));
  }

  @Override
  public boolean isStill(byte[] path, int length, long inode, long changedNanos) {
    return calls.isStill(directory, path, length, new Facts.Identity(device, inode, changedNanos));
  }

  @Override
  public void close() {
    calls.close(directory);
  }
}
