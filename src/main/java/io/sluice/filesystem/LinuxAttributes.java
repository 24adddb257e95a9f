package io.sluice.filesystem;

import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Sets an entry's attributes in the one order in which none undoes another. Any thread. */
final class LinuxAttributes {
  /**
   * Set behind the time of modification, in this order: ntfs-3g keeps none that is set after that
   * of birth, and what is read-only takes no other attribute.
   */
  private static final List<Name> LAST = List.of(Property.BIRTH, Property.DOS);

  private final LinuxCalls calls;
  private final LinuxProperties properties;
  private final ReparsePoints points;

  LinuxAttributes(LinuxCalls calls, LinuxProperties properties, ReparsePoints points) {
    this.calls = calls;
    this.properties = properties;
    this.points = points;
  }

  /**
   * Sets them of the entry itself; of a symbolic link owner and time only, unless it becomes a
   * reparse point of NTFS: that has all but a mode.
   *
   * @param entry for messages
   * @param path leads to the entry
   */
  void set(Path entry, byte[] path, boolean link, Attributes attributes) throws Failure {
    Optional<Property> point = link ? NtfsReparse.in(attributes) : Optional.empty();
    if (point.isPresent()) {
      points.make(entry, path, point.get());
    }
    Optional<Property> owner = attributes.property(Property.OWNER);
    if (owner.isPresent()) {
      // First: a new owner takes the bits for other identities away.
      properties.set(entry, path, owner.get());
    }
    if (!link) {
      mode(entry, calls.setMode(path, attributes.mode()));
    }
    boolean bare = link && point.isEmpty();
    if (!bare) {
      for (Property property : attributes.properties()) {
        if (!property.key().equals(Property.OWNER) && !LAST.contains(property.key())) {
          properties.set(entry, path, property);
        }
      }
    }
    done(entry, calls.setModified(path, attributes.mtimeSeconds(), attributes.mtimeNanos()));
    for (Name key : LAST) {
      Optional<Property> property = bare ? Optional.empty() : attributes.property(key);
      if (property.isPresent()) {
        properties.set(entry, path, property.get());
      }
    }
  }

  /** Sets mode and time of an open file. */
  void set(Object shown, int descriptor, Attributes attributes) throws Failure {
    mode(shown, calls.setMode(descriptor, attributes.mode()));
    done(shown, calls.setModified(descriptor, attributes.mtimeSeconds(), attributes.mtimeNanos()));
  }

  /** Mounts that cannot keep modes may say so; EntryCapacity tells the caller beforehand. */
  private static void mode(Object shown, int result) throws Failure {
    if (result != -Errno.EOPNOTSUPP && result != -Errno.EPERM) {
      done(shown, result);
    }
  }

  private static void done(Object shown, int result) throws Failure {
    if (result < 0) {
      throw LinuxFailures.writing(shown.toString(), -result);
    }
  }
}
