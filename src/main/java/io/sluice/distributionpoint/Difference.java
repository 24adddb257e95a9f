package io.sluice.distributionpoint;

import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.util.Optional;

/**
 * One way in which a folder is not what its manifest says.
 *
 * @param path of the entry below the version's root
 * @param stream the named stream it is about; empty if it is about the entry
 * @param kind what differs
 * @param detail expected and found, for people
 */
public record Difference(EntryPath path, Optional<Name> stream, Kind kind, String detail) {
  /** What differs. */
  public enum Kind {
    MISSING,
    EXTRA,
    KIND,
    SIZE,
    BYTES,
    MODE,
    TIME,
    PROPERTY,
    TARGET,
    HARD_LINK,
    SIDECAR,
    UNREADABLE
  }

  /** For messages: entry, stream, what differs. */
  @Override
  public String toString() {
    String what = path + stream.map(name -> " : " + name).orElse("");
    return what + ": " + kind.name().toLowerCase(java.util.Locale.ROOT) + ", " + detail;
  }
}
