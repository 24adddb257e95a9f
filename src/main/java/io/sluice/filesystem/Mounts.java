package io.sluice.filesystem;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which kind of file system each mount is. A device's number may belong to another file system
 * tomorrow, the number of a mount never does; so an answer holds as long as the process lives.
 * Where the kernel does not number mounts so, each question is asked anew. Any thread.
 */
final class Mounts {
  /** Beyond this many all are forgotten. */
  static final int REMEMBERED_MAX = 1_000;

  private final LinuxCalls calls;
  private final Map<Long, Long> magics = new ConcurrentHashMap<>();

  Mounts(LinuxCalls calls) {
    this.calls = calls;
  }

  /**
   * The magic number of the file system an entry that is no link lies in.
   *
   * @param mount as it was seen on this path
   */
  long fileSystem(byte[] path, long mount) {
    if (mount == Facts.More.NO_MOUNT) {
      return calls.fileSystem(path);
    }
    Long known = magics.get(mount);
    return known != null ? known : ask(path, mount);
  }

  private long ask(byte[] path, long mount) {
    long magic = calls.fileSystem(path);
    // What was seen may be gone by now, and something else be mounted here.
    LinuxCalls.Stat now = calls.statx(path);
    if (magic >= 0 && now.result() == 0 && now.more().mount() == mount) {
      if (magics.size() >= REMEMBERED_MAX) {
        magics.clear();
      }
      magics.put(mount, magic);
    }
    return magic;
  }
}
