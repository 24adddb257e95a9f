package io.sluice.filesystem;

import io.sluice.manifest.Attributes;
import java.util.Optional;

/**
 * Which kinds of entries and which attributes a file system can hold.
 *
 * @param modes true if permission bits are kept as set; some mounts show the same for all
 * @param symlinks true if symbolic links can be made
 * @param hardLinks true if a file can have several names
 * @param times of files and directories; empty if they cannot be set
 * @param linkTimes of symbolic links; empty if they cannot be set or there are none
 * @param properties which further attributes are held
 */
public record EntryCapacity(
    boolean modes,
    boolean symlinks,
    boolean hardLinks,
    Optional<TimeCapacity> times,
    Optional<TimeCapacity> linkTimes,
    PropertyCapacity properties) {
  /** The part of these attributes that can be held. */
  public Attributes held(Attributes attributes) {
    return attributes.properties().isEmpty() && (attributes.mode() & ~0777) == 0
        ? attributes
        : properties.held(attributes);
  }
}
