package io.sluice.filesystem;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import java.util.List;
import java.util.Optional;

/**
 * What the platform says of one entry, the link itself if it is one.
 *
 * @param size of the unnamed stream, and how many names the file has
 * @param identity which file this is and which state of it, if the platform can tell
 * @param target of a symbolic link
 * @param dropped what is seen here and not kept, for the receipt: {@code setuid} ...; {@link
 *     Streams} has the rest
 */
public record Facts(
    Kind kind,
    Size size,
    Attributes attributes,
    Optional<Identity> identity,
    Optional<LinkTarget> target,
    List<String> dropped) {

  public Facts {
    dropped = List.copyOf(dropped);
  }

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

  /** What makes a file this file, and this state of it, on this machine. */
  public record Identity(long device, long inode, long changedNanos) {}
}
