package io.sluice.filesystem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is known of Linux's own file systems, by the magic number of statfs (linux/magic.h). */
final class FileSystems {
  private static final long EXT = 0xef53L;
  private static final long XFS = 0x58465342L;
  private static final long BTRFS = 0x9123683eL;
  private static final long TMPFS = 0x01021994L;
  private static final long F2FS = 0xf2f52010L;
  private static final Set<Long> OWN = Set.of(EXT, XFS, BTRFS, TMPFS, F2FS);
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

  private FileSystems() {}

  /** True if one driver of the kernel's serves all mounts of this kind, in the same way. */
  static boolean isOneDriver(long magic) {
    return OWN.contains(magic);
  }

  /** True if every name of up to 255 bytes other than a slash and a zero byte can be held. */
  static boolean takesAnyBytes(long magic) {
    return OWN.contains(magic);
  }

  /**
   * True if syncfs returns an error when anything written since the descriptor was opened could not
   * be stored: local file systems since Linux 5.8. Elsewhere (FUSE, network, overlays) it may say
   * yes without having asked.
   */
  static boolean syncfsTellsErrors(long magic) {
    return OWN.contains(magic) && kernelIsAtLeast(5, 8);
  }

  private static boolean kernelIsAtLeast(int major, int minor) {
    try {
      Matcher release = RELEASE.matcher(Files.readString(Path.of("/proc/sys/kernel/osrelease")));
      if (!release.matches()) {
        return false;
      }
      int first = Integer.parseInt(release.group(1));
      int second = Integer.parseInt(release.group(2));
      return first > major || (first == major && second >= minor);
    } catch (IOException e) {
      // Not told: take the slow way, which is always right.
      return false;
    }
  }
}
