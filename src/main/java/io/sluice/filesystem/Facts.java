package io.sluice.filesystem;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the platform says of one entry, the link itself if it is one.
 *
 * @param size of the unnamed stream, and how many names the file has
 * @param identity which file this is and which state of it, if the platform can tell
 * @param target of a symbolic link
 * @param more what is kept only by policy, or tells how the file is stored
 */
public record Facts(
    Kind kind,
    Size size,
    Attributes attributes,
    Optional<Identity> identity,
    Optional<LinkTarget> target,
    More more) {

  /** What an entry is. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMLINK,
    /** A socket, pipe or device: not captured. */
    SPECIAL
  }

  /** Size in bytes and number of names. */
  public record Size(long bytes, long links) {}

  /**
   * Numbers of the user and of the group a file belongs to.
   *
   * @param uid negative if the platform has none
   */
  public record Owner(long uid, long gid) {
    public static final Owner NONE = new Owner(-1, -1);
  }

  /**
   * Further facts.
   *
   * @param specialMode setuid, setgid and sticky bits, as 07000 has them
   * @param owner whose it is
   * @param blocks of 512 bytes that hold the file, negative if unknown
   * @param birthSeconds when it was made, seconds since 1970
   * @param birthNanos negative if unknown
   * @param mount a number that no other mount had or will have while the machine runs; {@link
   *     #NO_MOUNT} if the platform cannot tell
   */
  public record More(
      int specialMode, Owner owner, long blocks, long birthSeconds, int birthNanos, long mount) {
    public static final long NO_MOUNT = 0;

    /** The platform says nothing of all that. */
    public static final More UNKNOWN = ofMode(0);

    /** The platform says nothing but a mode. */
    public static More ofMode(int specialMode) {
      return new More(specialMode, Owner.NONE, -1, 0, -1, NO_MOUNT);
    }

    /** The names of the bits that are set. */
    public List<String> specialNames() {
      if (specialMode == 0) {
        return List.of();
      }
      List<String> set = new ArrayList<>();
      String[] bits = {"sticky", "setgid", "setuid"};
      for (int i = 0; i < bits.length; i++) {
        if ((specialMode & (01000 << i)) != 0) {
          set.add(bits[i]);
        }
      }
      return set;
    }
  }

  /** What makes a file this file, and this state of it, on this machine. */
  public record Identity(long device, long inode, long changedNanos) {}
}
